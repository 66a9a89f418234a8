#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/batch_source.h"
#include "nmt/training/training_options.h"

// Where a run stands, and how checkpoints keep it: readable without LibTorch.

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

/// The update whose validation was best among `validations`, or -1.
int64_t best_update(const std::vector<ValidationResult>& validations, ValidationMetric metric);

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

/// The other files of a checkpoint folder: the weights as trained, their moving average (none
/// without), the optimiser's moments and what hooks save.
inline constexpr const char* kWeightsFile = "model.safetensors";
inline constexpr const char* kAverageFile = "ema.safetensors";
inline constexpr const char* kTrainingFile = "training.safetensors";

/// state.json of a checkpoint folder.
struct StateFile {
  TrainingState state;
  std::map<std::string, std::string> checksums;  // SHA-256 of the folder's other files, by name
};

/// Writes state.json into a checkpoint folder, with a checksum of its own.
void write_state_file(const std::string& folder, const StateFile& content);

/// Throws Error with a remedy when it is missing, damaged or of a newer version.
StateFile read_state_file(const std::string& folder);

/// Throws Error with a remedy unless the folder's file `name` is what `content` says.
void verify_checksum(const std::string& folder, const std::string& name, const StateFile& content);

}  // namespace nmt
