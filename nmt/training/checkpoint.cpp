#include "nmt/training/checkpoint.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

// Prefixes of folders that are not complete: they count as nothing.
constexpr const char* kSaving = ".saving-";
constexpr const char* kRemoving = ".removing-";

std::string beside(const fs::path& folder, const std::string& prefix) {
  return (folder.parent_path() / (prefix + folder.filename().string())).string();
}

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
    if (name.starts_with(kSaving) || name.starts_with(kRemoving)) fs::remove_all(entry.path());
  }
}

// Whole or gone, like its making.
void remove_checkpoint(const std::string& folder) {
  const std::string removing = beside(folder, kRemoving);
  fs::remove_all(removing);
  fs::rename(folder, removing);
  fs::remove_all(removing);
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

void write_files(const std::string& folder, const Checkpoint& checkpoint) {
  StateFile content{.state = checkpoint.state};
  const auto save = [&](const std::string& name, const TensorMap& tensors) {
    if (tensors.empty()) return;
    save_tensors(folder + "/" + name, tensors);
    content.checksums[name] = sha256_file(folder + "/" + name);
  };
  save(kWeightsFile, checkpoint.weights);
  save(kAverageFile, checkpoint.average);
  save(kTrainingFile, checkpoint.training);
  write_state_file(folder, content);
}

// Renames `made` to `folder`. What has that name is put aside first and comes back if that fails.
void put_in_place(const std::string& made, const std::string& folder) {
  const std::string old = beside(folder, kRemoving);
  fs::remove_all(old);
  if (fs::exists(folder)) fs::rename(folder, old);
  try {
    fs::rename(made, folder);
  } catch (...) {
    std::error_code ignored;
    fs::rename(old, folder, ignored);
    throw;
  }
  fs::remove_all(old);
}

TensorMap load_checked(const std::string& folder, const std::string& name,
                       const StateFile& content) {
  verify_checksum(folder, name, content);
  return load_tensors(folder + "/" + name);
}

}  // namespace

void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint) {
  const std::string temporary = beside(folder, kSaving);
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  try {
    write_files(temporary, checkpoint);
    put_in_place(temporary, folder);
  } catch (...) {
    std::error_code ignored;
    fs::remove_all(temporary, ignored);
    throw;
  }
  sync_folder(fs::path(folder).parent_path().string());
}

void save_checkpoint(const RunFolder& run, const Checkpoint& checkpoint,
                     const TrainingOptions& options) {
  fs::create_directories(run.checkpoints());
  write_checkpoint(run.checkpoint(checkpoint.state.update), checkpoint);
  finish_save(run, checkpoint.state, options);
}

void finish_save(const RunFolder& run, const TrainingState& state, const TrainingOptions& options) {
  remove_leftovers(run.checkpoints());
  point_link(run.checkpoints() + "/last", fs::path(run.checkpoint(state.update)).filename());
  const std::set<int64_t> kept = kept_updates(run, state, options);
  const int64_t best = best_update(state.validations, options.validation.metric);
  if (kept.contains(best))
    point_link(run.checkpoints() + "/best", fs::path(run.checkpoint(best)).filename());
  else
    fs::remove(run.checkpoints() + "/best");
  for (const int64_t update : run.updates())
    if (!kept.contains(update)) remove_checkpoint(run.checkpoint(update));
}

Checkpoint load_checkpoint(const std::string& folder) {
  const StateFile content = read_state_file(folder);
  Checkpoint checkpoint{.state = content.state};
  checkpoint.weights = load_checked(folder, kWeightsFile, content);
  if (content.checksums.contains(kAverageFile))
    checkpoint.average = load_checked(folder, kAverageFile, content);
  checkpoint.training = load_checked(folder, kTrainingFile, content);
  return checkpoint;
}

TensorMap load_best_weights(const std::string& folder) {
  const StateFile content = read_state_file(folder);
  return load_checked(
      folder, content.checksums.contains(kAverageFile) ? kAverageFile : kWeightsFile, content);
}

}  // namespace nmt
