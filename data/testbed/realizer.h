#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/testbed/grammar.h"

// From a template with filled slots to the sentence in one language: inflection, agreement,
// contractions, elisions, capital letter, and the marked phenomena.

namespace nmt::testbed {

/// What fills a slot in one sentence.
struct SlotValue {
  SlotRule::Kind kind = SlotRule::Kind::kNoun;
  const Concept* word = nullptr;       // noun, verb, adjective or phrase
  const Concept* adjective = nullptr;  // attributive
  Number number = Number::kSingular;
  std::string determiner;
  std::vector<const Concept*> people;  // names; empty for the narrator
  bool pronoun = false;                // people: use the pronoun instead of the names
  bool from_earlier = false;           // topic: its noun stands in an earlier sentence only
};

using SlotValues = std::map<std::string, SlotValue>;

/// A labelled part of a sentence. "…" in the texts stands for any words between.
struct Phenomenon {
  std::string name;
  std::string detail;
  std::string correct;
  std::vector<std::string> wrong;
  bool operator==(const Phenomenon&) const = default;
};

struct Rendering {
  std::string text;
  std::vector<Phenomenon> phenomena;
};

/// The sentence in grammar.languages[language], with its phenomena. The wrong forms of a pronoun
/// are those that the same sentence would have if the antecedent had another gender.
Rendering render(const Grammar& grammar, const SentenceTemplate& sentence, const SlotValues& values,
                 size_t language);

}  // namespace nmt::testbed
