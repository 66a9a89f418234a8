#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "data/testbed/grammar.h"
#include "data/testbed/realizer.h"
#include "nmt/support/random.h"

// Documents: sequences of sentences about the same two people, in which things are introduced, left
// alone for a sentence or two, and taken up again by a pronoun.

namespace nmt::testbed {

enum class Split { kTrain, kValid, kTest };

/// One sentence of a document, not yet in any language.
struct Segment {
  const SentenceTemplate* sentence = nullptr;
  SlotValues values;
  int antecedent_distance = 0;  // sentences back to the pronoun's noun; 0 = no such pronoun
};

struct Document {
  std::string id;
  std::string domain;
  std::array<const Concept*, 2> people{};
  std::vector<Segment> segments;
};

/// What a segment says, apart from what a pronoun hides. Segments with the same text in any
/// language have the same key (up to homonyms), so splits made by key do not share sentences.
std::string segment_key(const Segment& segment);

/// The split to which all segments with this key belong: of 16 keys, on average 14 train, 1 valid,
/// 1 test.
Split split_of(const std::string& key);

class DocumentGenerator {
 public:
  DocumentGenerator(const Grammar& grammar, uint64_t seed) : grammar_(grammar), seed_(seed) {}

  /// Document `number` of `split`: a pure function of (seed, split, number, attempt). Domains take
  /// turns.
  Document generate(Split split, uint64_t number, uint64_t attempt = 0) const;
  /// What continues document `number`, whose first chapter is `first`, as its chapter number
  /// `chapter` (from 1): with an opening of its own, about the same people.
  Document generate_chapter(const Document& first, Split split, uint64_t number, uint64_t chapter,
                            uint64_t attempt) const;

 private:
  const Grammar& grammar_;
  uint64_t seed_;
};

}  // namespace nmt::testbed
