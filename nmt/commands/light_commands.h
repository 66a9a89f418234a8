#pragma once

#include <string>
#include <vector>

// The commands that need no LibTorch: they start at once. Each returns the exit code and throws
// Error or UsageError.

namespace nmt {

int run_prepare(const std::vector<std::string>& arguments);
int run_docid(const std::vector<std::string>& arguments);
int run_compare(const std::vector<std::string>& arguments);
int run_score(const std::vector<std::string>& arguments);
int run_score_contrastive(const std::vector<std::string>& arguments);
int run_score_documents(const std::vector<std::string>& arguments);
int run_score_language(const std::vector<std::string>& arguments);
int run_inspect(const std::vector<std::string>& arguments);
int run_testbed(const std::vector<std::string>& arguments);
int run_list(const std::vector<std::string>& arguments);
int run_help(const std::vector<std::string>& arguments);

}  // namespace nmt
