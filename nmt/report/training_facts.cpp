#include "nmt/report/training_facts.h"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/safetensors.h"

namespace nmt::report {
namespace {

using nlohmann::json;

std::optional<double> number(const json& object, const std::string& key) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

std::optional<int64_t> whole_number(const json& object, const std::string& key) {
  const std::optional<double> value = number(object, key);
  if (!value) return std::nullopt;
  return static_cast<int64_t>(*value);
}

int64_t count_parameters(const std::string& checkpoint) {
  int64_t count = 0;
  const SafetensorsFile weights(checkpoint + "/model.safetensors");
  for (const auto& [name, entry] : weights.tensors()) {
    int64_t elements = 1;
    for (const int64_t size : entry.shape) elements *= size;
    count += elements;
  }
  return count;
}

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

void add_point(std::vector<CurvePoint>& curve, const json& event, const std::string& key) {
  const auto update = whole_number(event, "update");
  const auto value = number(event, key);
  if (update && value) curve.push_back({*update, *value});
}

/// Adds the curves and the speed that train.jsonl tells of.
void read_log(const RunFolder& run, TrainingFacts& facts) {
  std::ifstream in(run.log());
  std::vector<double> speeds;
  for (std::string line; std::getline(in, line);) {
    const json event = json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!event.is_object()) continue;  // a line that a killed process did not finish
    const auto kind = event.find("event");
    if (kind == event.end()) continue;
    if (*kind == "valid") {
      add_point(facts.validation_bleu, event, "bleu");
      add_point(facts.validation_loss, event, "nll");
    } else if (*kind == "train") {
      if (const auto speed = number(event, "target_tokens_per_second")) speeds.push_back(*speed);
    }
  }
  facts.tokens_per_second = median(std::move(speeds));
}

/// Adds how far the run has come.
void read_state(const RunFolder& run, TrainingFacts& facts) {
  std::ifstream in(run.find_checkpoint("last") + "/state.json");
  const json state = json::parse(in, nullptr, /*allow_exceptions=*/false);
  if (!state.is_object() || !state.contains("training")) return;
  facts.updates = whole_number(state["training"], "update");
  facts.target_tokens = whole_number(state["training"], "target_tokens");
}

}  // namespace

TrainingFacts read_training_facts(const RunFolder& run, const std::string& checkpoint) {
  TrainingFacts facts{.checkpoint = checkpoint};
  read_log(run, facts);
  // Checkpoints may have been deleted to save room, after the evaluation.
  try {
    facts.parameters = count_parameters(run.find_checkpoint(checkpoint));
    read_state(run, facts);
  } catch (const Error& error) {
    log::warning(error.what());
  }
  return facts;
}

}  // namespace nmt::report
