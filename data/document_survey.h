#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "data/parallel_text.h"

namespace nmt {

/// What there is to know of a document without its text.
struct DocumentFacts {
  int64_t sentences = 0;
  int64_t empty = 0;               // sentences of which a side is empty
  std::array<int64_t, 2> words{};  // of the source and the target, between white space
  uint64_t fingerprint = 0;        // of the source: equal for equal sentences in equal order
};

/// The facts of each document of a text, in order. Memory grows with the number of documents.
std::vector<DocumentFacts> survey_documents(ParallelText& text);

}  // namespace nmt
