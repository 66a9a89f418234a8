#pragma once

#include <string>

#include "nmt/scoring/document_scores.h"

// How scores of documents are printed.

namespace nmt::scoring {

/// One line for each score, then the tables by length and position.
std::string to_text(const DocumentScores& scores, const DocumentSet& set);

/// The same and the scores of single documents as one JSON object; scores are not rounded.
std::string to_json(const DocumentScores& scores, const DocumentSet& set);

}  // namespace nmt::scoring
