#include "nmt/training/run_folder.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>

#include "nmt/support/error.h"
#include "nmt/training/training_state.h"

namespace nmt {
namespace fs = std::filesystem;

std::string RunFolder::checkpoint(int64_t update) const {
  char name[32];
  std::snprintf(name, sizeof name, "%09lld", static_cast<long long>(update));
  return checkpoints() + "/" + name;
}

RunFolder RunFolder::containing(const std::string& path) {
  if (path.empty()) return RunFolder();
  if (RunFolder(path).exists()) return RunFolder(path);
  const fs::path place = fs::weakly_canonical(fs::absolute(path)).parent_path();
  const RunFolder run(place.parent_path());
  return place.filename() == "checkpoints" && run.exists() ? run : RunFolder();
}

bool RunFolder::exists() const {
  return fs::exists(config());
}

void RunFolder::require() const {
  if (exists()) return;
  throw Error(FilePosition{path_},
              fs::exists(path_) ? "not a run folder: it holds no config.yaml"
                                : "there is no such run folder",
              "A run folder is what `nmt train RECIPE.yaml --run RUN` makes.");
}

std::vector<int64_t> RunFolder::updates() const {
  std::vector<int64_t> found;
  if (!fs::exists(checkpoints())) return found;
  for (const auto& entry : fs::directory_iterator(checkpoints())) {
    const std::string name = entry.path().filename();
    if (entry.is_symlink() || name.empty() ||
        name.find_first_not_of("0123456789") != std::string::npos)
      continue;
    if (fs::exists(entry.path() / "state.json")) found.push_back(std::stoll(name));
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::string RunFolder::find_checkpoint(const std::string& which) const {
  const bool is_number =
      !which.empty() && which.find_first_not_of("0123456789") == std::string::npos;
  std::vector<std::string> candidates;
  if (is_number) {
    candidates = {checkpoint(std::stoll(which))};
  } else {
    candidates = {checkpoints() + "/" + which, which};
    // The links may point to a checkpoint that was removed because it was damaged.
    if (which == "best") candidates.push_back(checkpoints() + "/last");
    if ((which == "best" || which == "last") && !updates().empty())
      candidates.push_back(checkpoint(updates().back()));
  }
  for (const std::string& candidate : candidates)
    if (fs::exists(candidate + "/" + kWeightsFile)) return candidate;

  std::string available;
  for (const int64_t update : updates()) available += text(available.empty() ? "" : ", ", update);
  throw Error(FilePosition{path_}, text("there is no checkpoint '", which, "'"),
              available.empty() ? "The run has saved none yet."
                                : text("There are: best, last, ", available, "."));
}

}  // namespace nmt
