#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/options/option_table.h"

namespace nmt {

enum class OptimizerKind { kAdam, kAdamW };
enum class ScheduleKind { kInverseSqrt, kLinear, kCosine, kConstant };
enum class Precision { kFp32, kBf16 };
/// What "better" means for best checkpoints and early stopping.
enum class ValidationMetric { kLoss, kBleu, kChrf };

inline EnumNames<OptimizerKind> enum_names(OptimizerKind) {
  return {{OptimizerKind::kAdam, "adam"}, {OptimizerKind::kAdamW, "adamw"}};
}
inline EnumNames<ScheduleKind> enum_names(ScheduleKind) {
  return {{ScheduleKind::kInverseSqrt, "inverse_sqrt"},
          {ScheduleKind::kLinear, "linear"},
          {ScheduleKind::kCosine, "cosine"},
          {ScheduleKind::kConstant, "constant"}};
}
inline EnumNames<Precision> enum_names(Precision) {
  return {{Precision::kFp32, "fp32"}, {Precision::kBf16, "bf16"}};
}
inline EnumNames<ValidationMetric> enum_names(ValidationMetric) {
  return {{ValidationMetric::kLoss, "loss"},
          {ValidationMetric::kBleu, "bleu"},
          {ValidationMetric::kChrf, "chrf"}};
}

/// Learning rate over updates (nmt/training/schedule.h holds the formulas).
struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::kInverseSqrt;
  double lr = 5e-4;         // peak
  int64_t warmup = 4000;    // updates of linear growth from warmup_lr to lr
  double warmup_lr = 1e-7;  // at update 0
  double min_lr = 0;        // floor after the peak
};

struct OptimizerOptions {
  OptimizerKind kind = OptimizerKind::kAdam;
  double beta1 = 0.9, beta2 = 0.98;  // Vaswani et al. 2017
  double epsilon = 1e-9;
  double weight_decay =
      0;  // adam: added to the gradient (L2); adamw: decoupled (Loshchilov & Hutter 2019)
  double clip_norm = 0;  // global gradient norm above which gradients are scaled down; 0 = off
  bool sharded = false;  // each of several processes keeps the moments of its part of the weights
};

/// When and how the model is judged during training.
struct ValidationOptions {
  int64_t every = 1000;  // updates; 0 = only at the end
  ValidationMetric metric = ValidationMetric::kLoss;
  int64_t patience = 0;   // stop after this many validations without improvement; 0 = never
  int64_t beam = 1;       // beam of the translations that bleu and chrf are computed on
  int64_t max_lines = 0;  // translate at most this many lines of each set; 0 = all
  int64_t samples = 3;    // translations shown in the log

  bool translates() const { return metric != ValidationMetric::kLoss || samples > 0; }
};

struct CheckpointOptions {
  int64_t every = 1000;   // updates
  int64_t keep_last = 3;  // newest checkpoints kept
  int64_t keep_best = 1;  // best checkpoints kept besides
};

struct TrainingOptions {
  int64_t seed = 1;
  int64_t max_updates = 100000;
  int64_t max_epochs = 0;  // 0 = no limit
  int64_t accumulate = 1;  // batches an update
  Precision precision = Precision::kFp32;
  double ema = 0;           // decay of the exponential moving average of the weights; 0 = off
  int64_t log_every = 100;  // updates
  std::string initial;      // run or checkpoint whose weights start this run; empty = random
  ScheduleOptions schedule;
  OptimizerOptions optimizer;
  ValidationOptions validation;
  CheckpointOptions checkpoints;
};

/// Groups train, valid and save of the option table.
void declare(OptionTable& table, TrainingOptions& options);

void validate(const TrainingOptions& options);

}  // namespace nmt
