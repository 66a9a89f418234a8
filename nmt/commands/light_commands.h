#pragma once

#include <string>
#include <vector>

// The commands that need no LibTorch, so that they start at once. Each takes its arguments without
// the program's and the command's names, returns the exit code, and throws Error or UsageError.

namespace nmt {

int run_help(const std::vector<std::string>& arguments);
int run_list(const std::vector<std::string>& arguments);
int run_prepare(const std::vector<std::string>& arguments);

/// `nmt score`: scores translations with the command line of sacreBLEU. See
/// nmt/scoring/score_command.h.
int run_score(const std::vector<std::string>& arguments);

int run_testbed(const std::vector<std::string>& arguments);

}  // namespace nmt
