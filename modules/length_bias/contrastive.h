#pragma once

#include <string>
#include <vector>

#include "nmt/options/command_description.h"
#include "nmt/run/run_arguments.h"

namespace nmt::length_bias {

/// nmt contrastive RUN --items FILE
struct ContrastiveArguments {
  TrainedModel model;
  std::string items;
  std::string document_folder;                   // folder of ContraPro's documents; empty: none
  std::string output;                            // file of log-probabilities; empty: none
  bool json = false;                             // print the report as JSON
  std::string source_language, target_language;  // empty: the run's only direction
};
void declare(OptionTable& table, ContrastiveArguments& arguments);
CommandDescription describe_contrastive();

/// How often a model finds the right translation more probable than each wrong one, all in the
/// same context: the longest one with which the longest of them fits into a window. Only the tokens
/// of the sentence itself and its EOS count.
int run_contrastive(const std::vector<std::string>& words);

}  // namespace nmt::length_bias
