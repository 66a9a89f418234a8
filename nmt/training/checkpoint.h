#pragma once

#include <string>

#include "nmt/training/run_folder.h"
#include "nmt/training/tensor_file.h"
#include "nmt/training/training_options.h"
#include "nmt/training/training_state.h"

namespace nmt {

/// A checkpoint in memory.
struct Checkpoint {
  TrainingState state;
  TensorMap weights;   // as trained: TransformerImpl::saved_tensors
  TensorMap average;   // moving average, buffers as they are; empty without
  TensorMap training;  // moments, and what hooks save
};

/// Writes a checkpoint folder, complete or not at all, in place of one of that name.
void write_checkpoint(const std::string& folder, const Checkpoint& checkpoint);

/// Writes the checkpoint as RUN/checkpoints/<update>, complete or not at all, then points `last` to
/// it, `best` to the best validated one, and removes what the policy does not keep. A failed save
/// (full disk) throws and leaves all earlier checkpoints as they were.
void save_checkpoint(const RunFolder& run, const Checkpoint& checkpoint,
                     const TrainingOptions& options);

/// The second half of a save: `last` and `best`, and what the policy does not keep. A resumed
/// training calls it for the checkpoint it continues from, since a process may be killed between
/// the two.
void finish_save(const RunFolder& run, const TrainingState& state, const TrainingOptions& options);

/// Reads a checkpoint folder, checking its checksums. Throws Error naming the damaged file and the
/// remedy. Tensors are views of memory-mapped files.
Checkpoint load_checkpoint(const std::string& folder);

/// Reads only what decoding uses: the moving average, or the weights where there is none. Otherwise
/// as load_checkpoint().
TensorMap load_best_weights(const std::string& folder);

}  // namespace nmt
