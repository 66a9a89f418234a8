// nmt average RUN

#include <torch/torch.h>

#include <filesystem>

#include "nmt/commands/arguments.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/support/log.h"
#include "nmt/training/checkpoint.h"

namespace nmt {
namespace {

std::vector<std::string> chosen_checkpoints(const AverageArguments& arguments,
                                            const RunFolder& folder) {
  std::vector<std::string> places;
  for (const std::string& which : arguments.checkpoints)
    places.push_back(folder.find_checkpoint(which));
  if (!places.empty()) return places;
  const std::vector<int64_t> updates = folder.updates();
  const size_t count = std::min(updates.size(), static_cast<size_t>(arguments.last));
  for (size_t i = updates.size() - count; i < updates.size(); ++i)
    places.push_back(folder.checkpoint(updates[i]));
  if (places.empty()) folder.find_checkpoint("last");  // throws: there is none
  return places;
}

// The mean is taken in double and rounded once, so that entries that all checkpoints share stay
// exactly as they are.
TensorMap average(const std::vector<std::string>& places) {
  TensorMap sums;
  for (const std::string& place : places) {
    for (const auto& [name, tensor] : load_best_weights(place)) {
      torch::Tensor& sum = sums[name];
      if (sum.defined() && sum.sizes() != tensor.sizes())
        throw Error(FilePosition{place},
                    text("tensor '", name, "' has another shape than in ", places.front()));
      sum = sum.defined() ? sum + tensor.to(torch::kFloat64) : tensor.to(torch::kFloat64);
    }
  }
  for (auto& [name, sum] : sums)
    sum = (sum / static_cast<double>(places.size())).to(torch::kFloat32);
  return sums;
}

}  // namespace

int run_average(const std::vector<std::string>& words) {
  OptionTable table;
  AverageArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  const RunFolder folder(arguments.run);
  folder.require();
  const std::vector<std::string> places = chosen_checkpoints(arguments, folder);
  Checkpoint result;
  result.state = read_state_file(places.back()).state;
  result.weights = average(places);
  const std::string output =
      arguments.output.empty() ? folder.checkpoints() + "/average" : arguments.output;
  write_checkpoint(output, result);
  std::string names;
  for (const std::string& place : places)
    names += (names.empty() ? "" : ", ") + std::filesystem::path(place).filename().string();
  log::info("mean of ", places.size(), " checkpoints (", names, ") in ", output);
  return 0;
}

}  // namespace nmt
