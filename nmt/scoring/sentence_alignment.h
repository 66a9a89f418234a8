#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/documents.h"

// Which part of a translated document belongs to which sentence of the reference, as sentence
// scores need it.

namespace nmt::scoring {

/// What to do about a document whose translation has another number of sentences than its
/// reference. Documents with equal numbers are always compared line by line.
enum class Alignment {
  kNone,         ///< Error
  kPad,          ///< line by line: missing sentences are empty, surplus text joins the last one
  kEditDistance  ///< cut again by word edit distance, see resegment()
};

struct AlignedText {
  std::vector<std::string> sentences;  ///< one for each sentence of the reference
  std::vector<size_t> realigned;       ///< documents whose numbers of sentences differed, from 0
};

/// Throws Error with Alignment::kNone when the number of sentences of any document differs, even if
/// the totals agree, and when the two do not have the same number of documents.
AlignedText align_sentences(const DocumentText& hypothesis, const DocumentText& reference,
                            Alignment alignment);

}  // namespace nmt::scoring
