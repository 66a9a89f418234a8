#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "criterions/criterion.h"
#include "models/transformer.h"
#include "nmt/training/batch_stream.h"
#include "nmt/training/checkpoint.h"
#include "nmt/training/gradient_sync.h"
#include "nmt/training/optimizer.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/training_hook.h"
#include "nmt/training/training_log.h"
#include "nmt/training/training_options.h"
#include "nmt/training/validation_outcome.h"
#include "nmt/training/world.h"

namespace nmt {

/// Judges the model; called with evaluation-mode weights (the moving average where there is one).
using Validator = std::function<ValidationOutcome(Transformer& model, int64_t update)>;

/// A hook with the name of the method that brought it.
struct NamedHook {
  std::string method;
  std::shared_ptr<TrainingHook> hook;
};

/// What a trainer works with. All of it outlives the trainer. Its hooks have been started.
struct TrainingParts {
  Transformer model{nullptr};
  std::shared_ptr<Criterion> criterion;
  /// Losses of methods added to the criterion's; same scale (sum over target tokens). Their parts
  /// have names of their own, no "loss" or "nll".
  std::vector<std::shared_ptr<Criterion>> added_losses;
  std::vector<NamedHook> hooks;
  BatchStream* batches = nullptr;
  Validator validator;  // may be empty
  World* world = nullptr;
  torch::Device device{torch::kCPU};
  std::string machine;  // recorded in checkpoints
};

/// Before any loss: gives the hooks what `resumed` holds of theirs (null: a new run) and lets them
/// start, on the main process's weights.
void start_hooks(TrainingParts& parts, const Checkpoint* resumed);

/// The criterion's loss of a batch with the added ones, in the precision of training. Throws Error
/// when two of them name a part alike.
CriterionResult training_loss(TrainingParts& parts, Precision precision, const Batch& batch,
                              const StepContext& step);

enum class StopReason { kFinished, kEarlyStop, kSignal };

/// The training loop. Equal inputs give equal weights, bit for bit, whether the run is interrupted
/// or not: the randomness of each batch is seeded from (seed, update, its index in the update), and
/// a checkpoint holds all other state. Several processes give the weights of one that accumulates
/// as many batches, up to rounding.
class Trainer {
 public:
  /// `resumed` is the checkpoint to continue from, or null for a new run.
  Trainer(TrainingParts parts, TrainingOptions options, RunFolder run, const Checkpoint* resumed);

  /// Trains until max_updates, max_epochs, early stopping, or until `stop_requested` says so after
  /// an update. Validates and saves as configured, and always saves before returning.
  StopReason run(const std::function<bool()>& stop_requested);

  const TrainingState& state() const { return state_; }

 private:
  void update();
  CriterionResult compute_loss(const Batch& batch, int64_t micro_batch);
  /// The backward pass of the update's last loss, which may be undefined, and with it the exchange
  /// between processes. Gives the target tokens of all processes.
  torch::Tensor finish_gradients(const torch::Tensor& last_loss, double tokens);
  /// Moves it towards the weights, unless the scalar `skipped` is 1.
  void update_average(const torch::Tensor& skipped);
  /// Names the updates that were skipped since the last call. Throws Error when it does not end.
  void report_skipped();
  void log_start();
  /// Brings state() up to date.
  void count_tokens();
  void write_log();
  void validate();
  void save();
  bool finished() const;
  bool out_of_patience() const;
  StepContext step_context(int64_t micro_batch) const;

  TrainingParts parts_;
  TrainingOptions options_;
  RunFolder run_;
  TrainingState state_;
  std::unique_ptr<Optimizer> optimizer_;
  std::unique_ptr<GradientSync> gradient_sync_;  // of several processes
  std::unique_ptr<TrainingLog> log_;             // main process only
  std::vector<std::pair<std::string, torch::Tensor>> parameters_;
  std::vector<torch::Tensor> average_;  // parallel to parameters_; empty without moving average
  IntervalStatistics interval_;
  double interval_seconds_ = 0;
  double peak_flops_ = 0;
  struct {
    int64_t source = 0, target = 0;
  } uncounted_;  // tokens of this process that are not in state_ yet
  int64_t saved_update_ = -1, hooked_epoch_ = -1, consecutive_skips_ = 0;
};

}  // namespace nmt
