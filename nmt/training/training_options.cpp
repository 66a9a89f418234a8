#include "nmt/training/training_options.h"

namespace nmt {
namespace {

void declare_schedule(OptionTable& table, ScheduleOptions& o) {
  table.add("train.schedule", o.kind,
            "learning rate after the warm-up: lr·sqrt(warmup/update), straight or half-cosine "
            "to min_lr at max_updates, or constant");
  table.add("train.lr", o.lr, "peak learning rate").range(0, 100);
  table.add("train.warmup", o.warmup, "updates of linear growth to the peak").at_least(0);
  table.add("train.warmup_lr", o.warmup_lr, "learning rate at update 0").range(0, 100);
  table.add("train.min_lr", o.min_lr, "floor of the learning rate after the peak").range(0, 100);
}

void declare_optimizer(OptionTable& table, OptimizerOptions& o) {
  table.add("train.optimizer", o.kind, "adam (weight decay as L2) or adamw (decoupled)");
  table.add("train.beta1", o.beta1, "Adam's decay of the gradient mean").range(0, 0.999999);
  table.add("train.beta2", o.beta2, "Adam's decay of the squared gradient's mean")
      .range(0, 0.999999);
  table.add("train.epsilon", o.epsilon, "Adam's epsilon").range(0, 1);
  table.add("train.weight_decay", o.weight_decay, "weight decay").range(0, 10);
  table.add("train.clip_norm", o.clip_norm, "scale gradients down to this global norm; 0 = off")
      .at_least(0);
  table.add("train.shard_optimizer", o.sharded,
            "several processes: each keeps Adam's moments of its part of the weights only");
}

void declare_validation(OptionTable& table, ValidationOptions& o) {
  table.group("valid", "Validation and early stopping");
  table.add("valid.every", o.every, "updates between validations; 0 = only at the end").at_least(0);
  table.add("valid.metric", o.metric,
            "what decides which checkpoint is best; bleu and chrf by real decoding");
  table
      .add("valid.patience", o.patience,
           "stop after this many validations without improvement; 0 = never")
      .at_least(0);
  table.add("valid.beam", o.beam, "beam of the validation translations").range(1, 1000);
  table
      .add("valid.max_lines", o.max_lines, "translate at most this many lines of each set; 0 = all")
      .at_least(0);
  table
      .add("valid.samples", o.samples,
           "translations of each set shown in the log and on the page of `nmt inspect --html`")
      .at_least(0);
}

void declare_checkpoints(OptionTable& table, CheckpointOptions& o) {
  table.group("save", "Checkpoints");
  table.add("save.every", o.every, "updates between checkpoints").at_least(1);
  table.add("save.keep_last", o.keep_last, "newest checkpoints kept").at_least(1);
  table.add("save.keep_best", o.keep_best, "best checkpoints kept besides").at_least(0);
}

}  // namespace

void declare(OptionTable& table, TrainingOptions& o) {
  table.group("train", "Training");
  table.add("train.seed", o.seed, "everything random follows from it").at_least(0);
  table.add("train.max_updates", o.max_updates, "stop after this many updates").at_least(1);
  table
      .add("train.max_epochs", o.max_epochs,
           "stop after this many passes over the data; 0 = no limit")
      .at_least(0);
  table.add("train.accumulate", o.accumulate, "batches an update, on each process").at_least(1);
  table.add("train.precision", o.precision,
            "bf16: matrix products in bfloat16, weights and sums in fp32");
  table
      .add("train.ema", o.ema,
           "decay of a moving average of the weights, used for validation and decoding; 0 = off")
      .range(0, 0.999999);
  table.add("train.log_every", o.log_every, "updates between log lines").at_least(1);
  table.add("train.initial", o.initial, "run folder or checkpoint whose weights start this run")
      .hint("RUN");
  declare_schedule(table, o.schedule);
  declare_optimizer(table, o.optimizer);
  declare_validation(table, o.validation);
  declare_checkpoints(table, o.checkpoints);
}

void validate(const TrainingOptions& o) {
  if (o.schedule.min_lr > o.schedule.lr)
    throw UsageError(
        text("train.min_lr = ", o.schedule.min_lr, " is above train.lr = ", o.schedule.lr));
  if (o.validation.patience > 0 && o.validation.every == 0)
    throw UsageError(
        "valid.patience needs valid.every > 0: without validations nothing can stop training "
        "early");
}

}  // namespace nmt
