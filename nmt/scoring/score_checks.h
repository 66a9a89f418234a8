#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/argument_parser.h"
#include "nmt/scoring/score_input.h"
#include "nmt/scoring/score_messages.h"

// What `nmt score` refuses, in sacreBLEU's order and words.

namespace nmt::scoring {

/// The names behind -m.
std::vector<std::string> metric_names(const ParsedArguments& arguments);

/// The second part of -l, empty without it. Throws Error when -l is no pair.
std::string target_language(const ParsedArguments& arguments);

/// Throws ScoreExit or Error for arguments that do not go together or need a test set.
void check_score_arguments(const ParsedArguments& arguments, const ScoreMessages& messages);

/// The same for input that the arguments cannot be applied to, or of unequal lengths.
void check_score_input(const ParsedArguments& arguments, const ScoreInput& input,
                       const ScoreMessages& messages);

}  // namespace nmt::scoring
