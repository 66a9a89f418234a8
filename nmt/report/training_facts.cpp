#include "nmt/report/training_facts.h"

#include <algorithm>
#include <filesystem>

#include "nmt/support/error.h"
#include "nmt/support/log.h"
#include "nmt/support/safetensors.h"
#include "nmt/training/training_state.h"

namespace nmt::report {
namespace {

std::optional<double> median(std::vector<double> values) {
  if (values.empty()) return std::nullopt;
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Adds the curves and the speed that train.jsonl tells of.
void add_log(const RunLog& log, TrainingFacts& facts) {
  if (const Curve* const bleu = log.find_validation("bleu")) facts.validation_bleu = *bleu;
  if (const Curve* const nll = log.find_validation("nll")) facts.validation_loss = *nll;
  facts.tokens_per_second = median_speed(log);
}

/// Adds how far the run has come.
void add_state(const TrainingState& state, TrainingFacts& facts) {
  facts.updates = state.update;
  facts.target_tokens = state.target_tokens;
}

}  // namespace

int64_t count_parameters(const std::string& checkpoint) {
  int64_t count = 0;
  const SafetensorsFile weights(checkpoint + "/" + kWeightsFile);
  for (const auto& [name, entry] : weights.tensors()) {
    if (entry.dtype.find('F') == std::string::npos) continue;  // counts and flags of methods
    int64_t elements = 1;
    for (const int64_t size : entry.shape) elements *= size;
    count += elements;
  }
  return count;
}

std::optional<double> median_speed(const RunLog& log) {
  const Curve* const speeds = log.find_training("target_tokens_per_second");
  if (speeds == nullptr) return std::nullopt;
  std::vector<double> values;
  for (const CurvePoint& point : *speeds) values.push_back(point.value);
  return median(std::move(values));
}

TrainingFacts read_training_facts(const RunFolder& run, const std::string& checkpoint) {
  TrainingFacts facts{.checkpoint = checkpoint};
  const auto or_warn = [](const auto& read) {
    try {
      read();
    } catch (const Error& error) {
      log::warning(error.what());
    }
  };
  // Logs and checkpoints may have been deleted to save room, after the evaluation.
  or_warn([&] {
    if (std::filesystem::exists(run.log())) add_log(read_run_log(run.log()), facts);
  });
  or_warn([&] { facts.parameters = count_parameters(run.find_checkpoint(checkpoint)); });
  or_warn([&] { add_state(read_state_file(run.find_checkpoint("last")).state, facts); });
  return facts;
}

}  // namespace nmt::report
