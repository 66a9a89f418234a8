#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/testbed/language.h"

// The words of a sentence before they are joined, and what happens where they meet.

namespace nmt::testbed {

struct Token {
  std::string text;
  bool space_before = true;
  bool determiner = false;   // contracts with a preposition before it
  bool flips = false;        // sounds unlike its first letter
  std::string before_vowel;  // the form to use before a vowel (nouvel)
  uint32_t marks = 0;        // bit i: belongs to the i-th marked part
};

/// Applies forms before vowels, elisions and contractions: le + homme -> l'homme, de + le -> du, a
/// + apple -> an apple.
std::vector<Token> join_sounds(const Language& language, std::vector<Token> tokens);

/// The sentence, with a capital first letter.
std::string sentence_text(const std::vector<Token>& tokens);

/// The words with bit `mark`, "…" where other words stand between, without punctuation at the end;
/// "" when none.
std::string marked_text(const std::vector<Token>& tokens, size_t mark);

}  // namespace nmt::testbed
