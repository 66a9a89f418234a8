#include "nmt/training/training_state.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

using nlohmann::json;

constexpr int kFormatVersion = 1;
constexpr const char* kOwnChecksum = "training";  // of the state itself, among the files'

// JSON has no number for a loss that is not finite, and readers take none beyond int64: such a loss
// is written as null.
json loss_to_json(double loss) {
  return std::abs(loss) < 0x1p63 ? json(loss) : json();
}

json to_json(const ValidationResult& v) {
  return {{"update", v.update},
          {"loss", loss_to_json(v.loss)},
          {"nll", loss_to_json(v.nll)},
          {"bleu", v.bleu},
          {"chrf", v.chrf}};
}

double loss_from(const json& j) {
  return j.is_null() ? std::nan("") : j.get<double>();
}

ValidationResult validation_from(const json& j) {
  return {j.at("update"), loss_from(j.at("loss")), loss_from(j.at("nll")), j.at("bleu"),
          j.at("chrf")};
}

json to_json(const TrainingState& s) {
  json validations = json::array();
  for (const ValidationResult& v : s.validations) validations.push_back(to_json(v));
  return {{"update", s.update},
          {"epoch", s.position.epoch},
          {"batch", s.position.batch},
          {"group", s.position.group},
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
  s.position.group = j.value("group", int64_t{1});  // absent in the oldest files
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

std::string file_of(const std::string& folder) {
  return folder + "/state.json";
}

std::string remedy(const std::string& folder) {
  return text("Remove the folder ", folder,
              " and use an earlier checkpoint; training continues from it.");
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
  return std::isnan(loss) ? -std::numeric_limits<double>::infinity() : -loss;
}

int64_t best_update(const std::vector<ValidationResult>& validations, ValidationMetric metric) {
  const auto best = std::max_element(
      validations.begin(), validations.end(),
      [metric](const auto& a, const auto& b) { return a.score(metric) < b.score(metric); });
  return best == validations.end() ? -1 : best->update;
}

void write_state_file(const std::string& folder, const StateFile& content) {
  json document = {{"format_version", kFormatVersion}, {"checksums", content.checksums}};
  document["training"] = to_json(content.state);
  document["checksums"][kOwnChecksum] = sha256(document["training"].dump());
  write_file(file_of(folder), document.dump(1) + "\n");
}

StateFile read_state_file(const std::string& folder) {
  const std::string file = file_of(folder);
  try {
    const json document = parse_json(read_file(file));
    const int64_t version = document.at("format_version");
    if (version > kFormatVersion)
      throw Error(FilePosition{file},
                  text("checkpoint format ", version, " is newer than this program's (",
                       kFormatVersion, ")"),
                  "Use a newer version of nmt.");
    StateFile content{.checksums = document.at("checksums")};
    if (content.checksums.at(kOwnChecksum) != sha256(document.at("training").dump()))
      throw Error(FilePosition{file}, "damaged: its checksum does not hold", remedy(folder));
    content.checksums.erase(kOwnChecksum);
    content.state = state_from(document.at("training"));
    return content;
  } catch (const json::exception& error) {
    throw Error(FilePosition{file}, text("damaged: ", error.what()), remedy(folder));
  } catch (const std::out_of_range&) {
    throw Error(FilePosition{file}, "damaged: it has no checksum of its own", remedy(folder));
  }
}

void verify_checksum(const std::string& folder, const std::string& name, const StateFile& content) {
  const std::string path = folder + "/" + name;
  const auto expected = content.checksums.find(name);
  if (expected == content.checksums.end() || expected->second != sha256_file(path))
    throw Error(FilePosition{path}, "damaged: its checksum is not the one in state.json",
                remedy(folder));
}

}  // namespace nmt
