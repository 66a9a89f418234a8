#pragma once

#include <string>

// Comparisons of nmt/scoring with what sacreBLEU 2.6.0 said, which make_golden.py wrote into a
// folder of fixtures.

namespace nmt::scoring::golden {

/// tokens.json: tokenizers, preparation for TER, lower-casing and splitting, line by line.
void compare_tokens(const std::string& folder);

/// scores.json: scores of corpora and sentences under every option, and how they are printed.
void compare_scores(const std::string& folder, double relative_tolerance);

/// resampling.json: random streams, confidence intervals and paired tests. P-values must be equal;
/// means and intervals within `tolerance`.
void compare_resampling(const std::string& folder, double tolerance);

/// commands.json: standard output, messages and exit codes of whole command lines.
void compare_commands(const std::string& folder);

}  // namespace nmt::scoring::golden
