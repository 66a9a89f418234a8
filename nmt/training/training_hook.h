#pragma once

#include <map>
#include <string>

#include "criterions/criterion.h"
#include "models/transformer.h"
#include "nmt/training/checkpoint.h"

namespace nmt {

/// The events of a training run, for methods that watch or steer it. Every member does nothing by
/// default. Hooks of several methods are called in the order in which the methods are switched on.
/// All processes call them, one after the other, between forward and backward passes, save() and
/// log_values() excepted. Whatever is changed must be changed alike in all processes.
class TrainingHook {
 public:
  virtual ~TrainingHook() = default;

  /// Before any loss is computed and the optimiser is made: weights are initialised or loaded, on
  /// the device, the same in all processes; parameters may be frozen (requires_grad).
  virtual void run_started(Transformer& /*model*/, const TrainingState& /*state*/) {}
  /// Before the first batch of an epoch (0-based); also when a resumed run starts inside one.
  virtual void epoch_started(int64_t /*epoch*/) {}
  /// Gradients of an update are summed over micro-batches and processes, not yet divided by its
  /// target tokens, nor clipped; they may be changed in place. `tokens`: that divisor, of all
  /// processes, a scalar fp32 on the training device (to read it is to wait for the device).
  /// Gradients need not be finite: then the update is skipped.
  virtual void gradients_ready(Transformer& /*model*/, const StepContext& /*step*/,
                               const torch::Tensor& /*tokens*/) {}
  /// The optimiser has stepped (or skipped), gradients are gone. Weights and buffers may be changed
  /// in place (under NoGradGuard), never rebound.
  virtual void update_finished(Transformer& /*model*/, const StepContext& /*step*/) {}
  /// After every validation, of the moving average where there is one; before a checkpoint of the
  /// same update is written.
  virtual void validated(const ValidationResult& /*result*/) {}

  /// Numbers for the `train` event of train.jsonl and TensorBoard, there called "<method>/<name>".
  /// Called by the main process, at every log line; may wait for the device.
  virtual std::map<std::string, double> log_values() { return {}; }

  /// What a checkpoint must hold for this hook; names are prefixed with the method's name by the
  /// caller, and hooks of one method have different ones. Tensors of any shape, on any device; by
  /// the main process.
  virtual TensorMap save() const { return {}; }
  /// Puts back what save() gave, before run_started; with what other hooks of the method gave. On
  /// the CPU, views of the checkpoint's file.
  virtual void load(const TensorMap& /*saved*/) {}
};

}  // namespace nmt
