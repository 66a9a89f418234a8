#include "nmt/training/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

constexpr const char* kSaving = ".saving-";  // prefix of folders that are not complete

// Links are replaced by renaming over them, so that there is always one.
void point_link(const std::string& link, const std::string& target) {
  const std::string temporary = link + ".tmp";
  std::error_code ignored;
  fs::remove(temporary, ignored);
  fs::create_directory_symlink(target, temporary);
  fs::rename(temporary, link);
}

void remove_leftovers(const std::string& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kSaving)) fs::remove_all(entry.path());
  }
}

std::set<int64_t> kept_updates(const RunFolder& run, const TrainingState& state,
                               const TrainingOptions& options) {
  const std::vector<int64_t> saved = run.updates();
  std::set<int64_t> kept;
  for (size_t i = 0; i < saved.size(); ++i)
    if (saved.size() - i <= static_cast<size_t>(options.checkpoints.keep_last))
      kept.insert(saved[i]);
  // The best ones that are still there; ties go to the earlier.
  std::vector<ValidationResult> candidates;
  for (const ValidationResult& v : state.validations)
    if (std::binary_search(saved.begin(), saved.end(), v.update)) candidates.push_back(v);
  std::stable_sort(candidates.begin(), candidates.end(), [&](const auto& a, const auto& b) {
    return a.score(options.validation.metric) > b.score(options.validation.metric);
  });
  for (size_t i = 0;
       i < candidates.size() && i < static_cast<size_t>(options.checkpoints.keep_best); ++i)
    kept.insert(candidates[i].update);
  return kept;
}

TensorMap load_checked(const std::string& folder, const std::string& name,
                       const StateFile& content) {
  verify_checksum(folder, name, content);
  return load_tensors(folder + "/" + name);
}

}  // namespace

void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint) {
  const fs::path place(folder);
  const std::string temporary =
      (place.parent_path() / (kSaving + place.filename().string())).string();
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  StateFile content{.state = checkpoint.state};
  const auto save = [&](const std::string& file, const TensorMap& tensors) {
    if (tensors.empty()) return;
    save_tensors(temporary + "/" + file, tensors);
    content.checksums[file] = sha256_file(temporary + "/" + file);
  };
  try {
    save("model.safetensors", checkpoint.weights);
    save("ema.safetensors", checkpoint.average);
    save("training.safetensors", checkpoint.training);
    write_state_file(temporary, content);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  fs::remove_all(place);
  fs::rename(temporary, place);
  sync_folder(place.parent_path().string());
}

void save_checkpoint(const RunFolder& run, const Checkpoint& checkpoint,
                     const TrainingOptions& options) {
  fs::create_directories(run.checkpoints());
  remove_leftovers(run.checkpoints());
  const std::string folder = run.checkpoint(checkpoint.state.update);
  // There already (saved again after a resume): the same weights, and `last` or `best` may point to
  // it.
  if (!fs::exists(folder)) write_checkpoint(folder, checkpoint);
  point_link(run.checkpoints() + "/last", fs::path(folder).filename());

  const std::set<int64_t> kept = kept_updates(run, checkpoint.state, options);
  const int64_t best = best_update(checkpoint.state.validations, options.validation.metric);
  if (best >= 0 && fs::exists(run.checkpoint(best)))
    point_link(run.checkpoints() + "/best", fs::path(run.checkpoint(best)).filename());
  for (const int64_t update : run.updates())
    if (!kept.contains(update)) fs::remove_all(run.checkpoint(update));
}

Checkpoint load_checkpoint(const std::string& folder, CheckpointParts parts) {
  const StateFile content = read_state_file(folder);
  Checkpoint checkpoint{.state = content.state};
  checkpoint.weights = load_checked(folder, "model.safetensors", content);
  if (content.checksums.contains("ema.safetensors"))
    checkpoint.average = load_checked(folder, "ema.safetensors", content);
  if (parts == CheckpointParts::kAll)
    checkpoint.training = load_checked(folder, "training.safetensors", content);
  return checkpoint;
}

}  // namespace nmt
