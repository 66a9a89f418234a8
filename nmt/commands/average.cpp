// nmt average RUN

#include <torch/torch.h>

#include <filesystem>

#include "nmt/commands/arguments.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/support/log.h"
#include "nmt/training/checkpoint.h"

namespace nmt {
namespace fs = std::filesystem;

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

/// The folder to write: the default or --output. Throws UsageError for one that holds anything but
/// a checkpoint written before, since it is replaced as a whole, and for names that training uses.
std::string output_folder(const AverageArguments& arguments, const RunFolder& folder) {
  if (arguments.output.empty()) return folder.checkpoints() + "/average";
  fs::path output = fs::path(arguments.output).lexically_normal();
  if (output.filename().empty()) output = output.parent_path();  // of "mean/"
  const std::string name = output.filename();
  const bool is_update = name.find_first_not_of("0123456789") == std::string::npos;
  const bool is_in_run = !RunFolder::containing(output).path().empty();
  if (is_in_run && (is_update || name == "last" || name == "best"))
    throw UsageError(text("--output ", arguments.output, ": training names its checkpoints so"),
                     "Choose another name, for example " + folder.checkpoints() + "/average.");
  const bool is_replaceable = !fs::exists(output) ||
                              (fs::is_directory(output) && fs::is_empty(output)) ||
                              fs::exists(output / "state.json");
  if (!is_replaceable || RunFolder(output).exists())
    throw UsageError(text("--output ", arguments.output, ": is there and is no checkpoint"),
                     "Name a new folder: it is replaced as a whole.");
  return output;
}

// The mean is taken in double and rounded once, so that entries that all checkpoints share stay
// exactly as they are. Counts and flags have no mean: all checkpoints must have the same.
TensorMap average(const std::vector<std::string>& places) {
  TensorMap sums;
  for (const std::string& place : places) {
    const TensorMap weights = load_best_weights(place);
    if (sums.empty())
      for (const auto& [name, tensor] : weights)
        sums[name] = tensor.is_floating_point() ? torch::zeros(tensor.sizes(), torch::kFloat64)
                                                : tensor.clone();
    const auto refuse = [&](const std::string& name, const char* what) {
      throw Error(FilePosition{place}, text("tensor '", name, "' ", what, " in ", places.front()),
                  "Checkpoints of one model have a mean.");
    };
    for (const auto& [name, sum] : sums)
      if (!weights.contains(name)) refuse(name, "is not there, but is");
    for (const auto& [name, tensor] : weights) {
      if (!sums.contains(name)) refuse(name, "is not");
      torch::Tensor& sum = sums[name];
      if (sum.sizes() != tensor.sizes()) refuse(name, "has another shape than");
      if (sum.is_floating_point() != tensor.is_floating_point())
        refuse(name, "has another type than");
      if (sum.is_floating_point())
        sum += tensor;
      else if (sum.scalar_type() != tensor.scalar_type() || !torch::equal(sum, tensor))
        refuse(name, "is no weight, and is not the same as");
    }
  }
  for (auto& [name, sum] : sums)
    if (sum.is_floating_point())
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
  const std::string output = output_folder(arguments, folder);
  const std::vector<std::string> places = chosen_checkpoints(arguments, folder);
  Checkpoint result;
  result.state = read_state_file(places.back()).state;
  result.weights = average(places);
  write_checkpoint(output, result);
  std::string names;
  for (const std::string& place : places)
    names += (names.empty() ? "" : ", ") + fs::path(place).filename().string();
  log::info("mean of ", places.size(), " checkpoints (", names, ") in ", output);
  return 0;
}

}  // namespace nmt
