#pragma once

#include <string>
#include <vector>

// The commands that need LibTorch. Each takes its arguments without the program's and the command's
// names and returns the exit code.

namespace nmt {

int run_train(const std::vector<std::string>& arguments);
int run_translate(const std::vector<std::string>& arguments);
int run_score_pairs(const std::vector<std::string>& arguments);
int run_evaluate(const std::vector<std::string>& arguments);
int run_average(const std::vector<std::string>& arguments);

}  // namespace nmt
