#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "data/languages.h"

// The texts of a contrastive test set with their contexts. What an item must have and which of its
// properties are reported stands in nmt/scoring/contrastive.h.

namespace nmt::length_bias {

/// Sentences of a document, first one first.
using DocumentLines = std::shared_ptr<const std::vector<std::string>>;

/// One item. Its context are the first `context` lines of both documents.
struct ContrastiveText {
  std::string source;
  std::vector<std::string> candidates;  ///< the reference, then the wrong translations
  DocumentLines source_lines, target_lines;
  int64_t context = 0;
};

/// Reads the items of a file that scoring::read_contrastive_items has accepted. Their context
/// stands in the file ("src context" and "ref context"); where it does not, and `documents` is a
/// folder, in the documents there, as ContraPro (Müller et al. 2018) has them: an item's "document
/// id" is the name of the target document, such as 1234.de, wherever in the folder it lies; the
/// source document lies beside it and ends in the source language; "segment id" is its line,
/// from 1. Items with neither have no context. A document is held once, however many items are in
/// it. Warns of segments that are not the line their document has there. Throws Error, naming the
/// item (from 1), when a text, a document or a line is missing, and when the two sides of a context
/// differ in length.
std::vector<ContrastiveText> read_contrastive_texts(const std::string& file,
                                                    const std::string& documents,
                                                    const Direction& direction);

}  // namespace nmt::length_bias
