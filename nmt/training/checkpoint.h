#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "data/batch_source.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/tensor_file.h"
#include "nmt/training/training_options.h"

namespace nmt {

/// One validation: what was measured after which update.
struct ValidationResult {
  int64_t update = 0;
  double loss = 0;              // nats a target token, of the training criterion
  double nll = 0;               // nats a target token, unsmoothed
  double bleu = -1, chrf = -1;  // -1: not computed
  /// The value that `metric` picks, turned so that greater is better.
  double score(ValidationMetric metric) const;
};

/// Where a run stands. Together with the weights and moments it is all that a resumed run needs:
/// randomness follows from these numbers and the seed.
struct TrainingState {
  int64_t update = 0;                            // updates done
  BatchPosition position;                        // of the next batch
  int64_t skipped = 0;                           // updates skipped for a non-finite gradient
  int64_t source_tokens = 0, target_tokens = 0;  // seen in training, over all processes
  double seconds = 0;  // spent in training, validation and saving excluded
  std::vector<ValidationResult> validations;
  int64_t world_size = 1;
  int64_t threads = 0;
  std::string libtorch, machine;
};

/// A checkpoint in memory.
struct Checkpoint {
  TrainingState state;
  TensorMap weights;   // model.safetensors: as trained
  TensorMap average;   // ema.safetensors: moving average; empty without
  TensorMap training;  // training.safetensors: moments, and what hooks save
  /// What decoding uses: the moving average where there is one.
  const TensorMap& best_weights() const { return average.empty() ? weights : average; }
};

/// Writes a checkpoint folder, complete or not at all, in place of one of that name.
void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint);

/// Writes the checkpoint as RUN/checkpoints/<update>, complete or not at all, then points `last` to
/// it, `best` to the best validated one, and removes what the policy does not keep. A failed save
/// (full disk) throws and leaves all earlier checkpoints as they were.
void save_checkpoint(const RunFolder& run, const Checkpoint& checkpoint,
                     const TrainingOptions& options);

/// Which parts of a checkpoint to read.
enum class CheckpointParts { kWeights, kAll };

/// Reads a checkpoint folder, checking its checksums. Throws Error naming the damaged file and the
/// remedy. Tensors are views of memory-mapped files.
Checkpoint load_checkpoint(const std::string& folder, CheckpointParts parts);

/// The update whose validation was best among `validations`, or -1.
int64_t best_update(const std::vector<ValidationResult>& validations, ValidationMetric metric);

}  // namespace nmt
