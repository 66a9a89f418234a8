#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "nmt/scoring/argument_parser.h"
#include "nmt/scoring/score_messages.h"

// What `nmt score` reads: references and the hypotheses of one system or several.

namespace nmt::scoring {

struct ScoredSystem {
  std::string name;  ///< its file; "System 1" and so on from the standard input
  std::vector<std::string> lines;
};

struct ScoreInput {
  std::vector<std::vector<std::string>> references;  ///< one stream for each reference
  std::vector<ScoredSystem> systems;
};

/// Whether a paired test is asked for. Then the first system is the baseline and named so.
bool asks_for_paired_test(const ParsedArguments& arguments);

/// Reads the files that `arguments` name, or hypotheses from `in`. Lines lose white space at their
/// ends. Throws ScoreExit where sacreBLEU fails with a message of its own, else Error.
ScoreInput read_score_input(const ParsedArguments& arguments, std::istream& in,
                            const ScoreMessages& messages);

}  // namespace nmt::scoring
