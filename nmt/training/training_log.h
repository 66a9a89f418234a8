#pragma once

#include <torch/types.h>

#include <chrono>
#include <fstream>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "criterions/criterion.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/tensorboard.h"
#include "nmt/training/world.h"

namespace nmt {

/// Adds up what happens between two log lines. Loss tensors stay on the device until the line is
/// written.
class IntervalStatistics {
 public:
  void add(const CriterionResult& result);
  void add_batch(const Batch& batch);
  void add_wait(double seconds) { wait_seconds += seconds; }
  /// Closes an update: what add_batch() was given since the last one belongs to it.
  void add_update(int64_t update, const torch::Tensor& gradient_norm,
                  const torch::Tensor& skip_flag);
  /// Adds up the losses, and what all processes have counted: batches, tokens, positions and losses
  /// then are those of the whole run, the parts in the main process only. All processes call it
  /// after read_skips(), and then the two members that take a World.
  void share(World& world);
  void clear();

  struct Update;
  /// The updates since the last call: whether each was skipped is then known.
  std::span<const Update> read_skips();
  int64_t skipped() const;

  int64_t updates = 0, batches = 0;
  int64_t source_tokens = 0, target_tokens = 0;
  int64_t positions = 0;  // of both sides, padding counted
  double wait_seconds = 0;

  struct LossSum {
    torch::Tensor sum;
    double weight = 0;
    void add(const torch::Tensor& more, double more_weight);
  };
  using LossSums = std::map<std::string, LossSum>;  // by the name of the part
  /// Of the updates that were not skipped; they are there after share().
  LossSums parts;
  torch::Tensor gradient_norm_sum;
  struct Update {
    int64_t number = 0;
    torch::Tensor skip_flag;      // 1 where the gradient was not finite, else 0
    bool is_skipped = false;      // the same, read by read_skips()
    torch::Tensor gradient_norm;  // before it was clipped
    LossSums parts;
    /// Of each batch of this process, [batch] int64: so that an update can be traced to its
    /// sentences.
    std::vector<torch::Tensor> instance_ids;
    /// Numbers of the sentence pairs of all its batches in the training corpora; in the main
    /// process.
    std::vector<int64_t> pairs(World& world) const;
  };
  std::vector<Update> all_updates;

  /// The update with the highest loss and the one with the highest gradient norm, or the one that
  /// has both: for each its number, both values, how many pairs it had and the first of them.
  /// Skipped updates are not among them.
  nlohmann::json worst_updates(World& world) const;

 private:
  void add_up();

  Update open_;      // not closed yet
  size_t read_ = 0;  // so many updates have had their flags read
};

/// The log of a run: lines for people, train.jsonl and TensorBoard events for programs. Only the
/// main process writes.
class TrainingLog {
 public:
  /// `first_update`: updates already done; what a killed process logged after them is dropped.
  TrainingLog(const RunFolder& run, int64_t first_update);

  /// Appends one event to train.jsonl; its numbers also become TensorBoard scalars
  /// "<event>/<name>". Throws Error when it cannot be written: a log with holes is worth less than
  /// a run that stops and, started again, does over what is not in its last checkpoint.
  void event(const std::string& name, int64_t update, nlohmann::json values);

 private:
  std::string path_;
  std::ofstream file_;
  TensorBoardWriter tensorboard_;
};

/// Resident memory of this process, or the peak of what LibTorch allocated on an accelerator, in
/// MiB.
double memory_mib(const torch::Device& device);

/// Floating-point operations a second that a large matrix product reaches on this device and
/// precision now: what utilisation is measured against.
double measure_peak_flops(const torch::Device& device, torch::ScalarType type);

}  // namespace nmt
