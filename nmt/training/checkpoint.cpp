#include "nmt/training/checkpoint.h"

#include <torch/version.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr int kFormatVersion = 1;
constexpr const char* kSaving = ".saving-";  // prefix of folders that are not complete

json to_json(const ValidationResult& v) {
  return {
      {"update", v.update}, {"loss", v.loss}, {"nll", v.nll}, {"bleu", v.bleu}, {"chrf", v.chrf}};
}

ValidationResult validation_from(const json& j) {
  return {j.at("update"), j.at("loss"), j.at("nll"), j.at("bleu"), j.at("chrf")};
}

json to_json(const TrainingState& s) {
  json validations = json::array();
  for (const ValidationResult& v : s.validations) validations.push_back(to_json(v));
  return {{"update", s.update},
          {"epoch", s.position.epoch},
          {"batch", s.position.batch},
          {"skipped", s.skipped},
          {"source_tokens", s.source_tokens},
          {"target_tokens", s.target_tokens},
          {"seconds", s.seconds},
          {"validations", validations},
          {"world_size", s.world_size},
          {"threads", s.threads},
          {"libtorch", s.libtorch},
          {"machine", s.machine}};
}

TrainingState state_from(const json& j) {
  TrainingState s;
  s.update = j.at("update");
  s.position.epoch = j.at("epoch");
  s.position.batch = j.at("batch");
  s.skipped = j.at("skipped");
  s.source_tokens = j.at("source_tokens");
  s.target_tokens = j.at("target_tokens");
  s.seconds = j.at("seconds");
  for (const json& v : j.at("validations")) s.validations.push_back(validation_from(v));
  s.world_size = j.at("world_size");
  s.threads = j.at("threads");
  s.libtorch = j.at("libtorch");
  s.machine = j.at("machine");
  return s;
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

std::string remedy(const std::string& folder) {
  return text("Remove the folder ", folder,
              " and use an earlier checkpoint; training continues from it.");
}

TensorMap load_checked(const std::string& folder, const std::string& name, const json& checksums) {
  const std::string path = folder + "/" + name;
  const auto expected = checksums.find(name);
  if (expected == checksums.end() || *expected != sha256_file(path))
    throw Error(FilePosition{path}, "damaged: its checksum is not the one in state.json",
                remedy(folder));
  return load_tensors(path);
}

}  // namespace

double ValidationResult::score(ValidationMetric metric) const {
  switch (metric) {
    case ValidationMetric::kBleu:
      return bleu;
    case ValidationMetric::kChrf:
      return chrf;
    case ValidationMetric::kLoss:
      break;
  }
  return -loss;
}

int64_t best_update(const std::vector<ValidationResult>& validations, ValidationMetric metric) {
  const auto best = std::max_element(
      validations.begin(), validations.end(),
      [metric](const auto& a, const auto& b) { return a.score(metric) < b.score(metric); });
  return best == validations.end() ? -1 : best->update;
}

void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint) {
  const fs::path place(folder);
  const std::string temporary =
      (place.parent_path() / (kSaving + place.filename().string())).string();
  fs::remove_all(temporary);
  fs::create_directories(temporary);
  json checksums;
  const auto save = [&](const std::string& file, const TensorMap& tensors) {
    if (tensors.empty()) return;
    save_tensors(temporary + "/" + file, tensors);
    checksums[file] = sha256_file(temporary + "/" + file);
  };
  try {
    save("model.safetensors", checkpoint.weights);
    save("ema.safetensors", checkpoint.average);
    save("training.safetensors", checkpoint.training);
    json document = {{"format_version", kFormatVersion}, {"checksums", checksums}};
    document["training"] = to_json(checkpoint.state);
    document["checksums"]["training"] = sha256(document["training"].dump());
    write_file(temporary + "/state.json", document.dump(1) + "\n");
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
  const std::string state_file = folder + "/state.json";
  Checkpoint checkpoint;
  json checksums;
  try {
    const json document = json::parse(read_file(state_file));
    const int version = document.at("format_version");
    if (version > kFormatVersion)
      throw Error(FilePosition{state_file},
                  text("checkpoint format ", version, " is newer than this program's (",
                       kFormatVersion, ")"),
                  "Use a newer version of nmt.");
    checksums = document.at("checksums");
    if (checksums.at("training") != sha256(document.at("training").dump()))
      throw Error(FilePosition{state_file}, "damaged: its checksum does not hold", remedy(folder));
    checkpoint.state = state_from(document.at("training"));
  } catch (const json::exception& error) {
    throw Error(FilePosition{state_file}, text("damaged: ", error.what()), remedy(folder));
  }
  checkpoint.weights = load_checked(folder, "model.safetensors", checksums);
  if (checksums.contains("ema.safetensors"))
    checkpoint.average = load_checked(folder, "ema.safetensors", checksums);
  if (parts == CheckpointParts::kAll)
    checkpoint.training = load_checked(folder, "training.safetensors", checksums);
  return checkpoint;
}

}  // namespace nmt
