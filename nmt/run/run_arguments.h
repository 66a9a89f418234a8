#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/options/option_table.h"
#include "nmt/support/log.h"

// What the command lines of commands that work with a model have in common.

namespace nmt::log {

inline EnumNames<Level> enum_names(Level) {
  return {{Level::kDebug, "debug"},
          {Level::kInfo, "info"},
          {Level::kWarning, "warning"},
          {Level::kError, "error"}};
}

}  // namespace nmt::log

namespace nmt {

/// How the machine is used. Properties of a place, not of an experiment: never read from a recipe,
/// never saved with it.
struct RuntimeOptions {
  std::string device = "auto";  // auto: the first GPU if there is one; cpu; cuda; cuda:N
  int64_t threads = 0;          // of the CPU; 0: OMP_NUM_THREADS, else all cores
  bool deterministic = false;   // refuse operations whose result differs from run to run
  log::Level log_level = log::Level::kInfo;
};

void declare(OptionTable& table, RuntimeOptions& options);
/// Throws UsageError for a malformed device.
void validate(const RuntimeOptions& options);

/// What commands that use a trained model have in common.
struct TrainedModel {
  std::string run;
  std::string checkpoint = "best";  // best, last, an update's number, or a checkpoint folder
  std::vector<std::string> models;  // further runs, for an ensemble
  RuntimeOptions runtime;
};

/// The group "runtime" and the arguments that name the model. `model.run` is positional.
void declare(OptionTable& table, TrainedModel& model);

/// Declares source_language and target_language, which choose_direction() takes.
void declare_languages(OptionTable& table, std::string& source, std::string& target);

}  // namespace nmt
