#pragma once

#include <nlohmann/json_fwd.hpp>

#include "criterions/criterion.h"
#include "models/transformer.h"
#include "nmt/training/checkpoint.h"

namespace nmt {

/// The events of a training run, for methods that watch or steer it. Every member does nothing by
/// default. Hooks of several methods are called in the order in which the methods are switched on.
class TrainingHook {
 public:
  virtual ~TrainingHook() = default;

  /// Before any loss is computed and the optimiser is made: weights are initialised or loaded, on
  /// the device, the same in all processes; parameters may be frozen (requires_grad).
  virtual void run_started(Transformer& /*model*/, const TrainingState& /*state*/) {}
  /// Before the first batch of an epoch (0-based); also when a resumed run starts inside one.
  virtual void epoch_started(int64_t /*epoch*/) {}
  /// Gradients of an update are summed over micro-batches and processes, not yet divided by the
  /// tokens.
  virtual void gradients_ready(Transformer& /*model*/, const StepContext& /*step*/) {}
  /// The optimiser has stepped. Weights may be changed in place (under NoGradGuard), never rebound.
  virtual void update_finished(Transformer& /*model*/, const StepContext& /*step*/) {}
  virtual void validated(const ValidationResult& /*result*/) {}

  /// What a checkpoint must hold for this hook; names are prefixed with the method's name by the
  /// caller.
  virtual TensorMap save() const { return {}; }
  /// Puts back what save() gave, before run_started.
  virtual void load(const TensorMap& /*saved*/) {}
};

}  // namespace nmt
