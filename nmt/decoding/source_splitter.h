#pragma once

#include <cstdint>
#include <string>
#include <vector>

// Cutting sources that are too long for the model, so that no part of a text is dropped.

namespace nmt {

/// What a token says about where a text may be cut.
struct Break {
  bool starts_word = false;    // the text may be cut before it
  bool ends_sentence = false;  // a cut after it is a good one
};

/// Breaks of a vocabulary, by token id, from its pieces as SentencePiece writes them ("▁" opens a
/// word).
std::vector<Break> break_table(const std::vector<std::string>& pieces);

/// A half-open range of token places.
struct Span {
  size_t begin, end;
  bool operator==(const Span&) const = default;
};

/// Cuts `tokens` into parts of at most `limit` (> 0) tokens that follow one another: after the last
/// sentence end in the second half of the room, else before the last word that fits whole, else in
/// the middle of a word. `breaks` may be empty (cut anywhere). An empty source gives no parts.
std::vector<Span> split_source(const std::vector<int32_t>& tokens, size_t limit,
                               const std::vector<Break>& breaks);

}  // namespace nmt
