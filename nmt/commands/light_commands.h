#pragma once

#include <string>
#include <vector>

// The commands that need no LibTorch, so that they start at once. Each takes its arguments without
// the program's and the command's names and returns the exit code.

namespace nmt {

/// `nmt score`: scores translations with the command line of sacreBLEU. See
/// nmt/scoring/score_command.h.
int run_score(const std::vector<std::string>& arguments);

/// `nmt testbed`: writes the artificial corpus, or (`nmt testbed score`) counts phenomena in
/// translations of its test sets. Throws Error or UsageError.
int run_testbed(const std::vector<std::string>& arguments);

}  // namespace nmt
