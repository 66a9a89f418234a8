#pragma once

#include <memory>
#include <vector>

#include "data/batch_planner.h"
#include "data/pair_encoder.h"
#include "nmt/run/recipe.h"
#include "nmt/training/batch_stream.h"
#include "nmt/training/extensions.h"
#include "nmt/training/run_folder.h"
#include "nmt/training/validation.h"
#include "nmt/training/world.h"

// From a recipe's corpora to batches.

namespace nmt {

struct TrainingData {
  std::shared_ptr<const PairEncoder> encoder;
  PlanContext plan;                          // of the training corpora
  std::shared_ptr<const PairReader> reader;  // of the training corpora
  int64_t group = 1;                         // batches an update: micro-batches × processes
  std::vector<std::shared_ptr<const CorpusStore>> train, valid;
};

/// Trains or loads the vocabularies, and stores the corpora in the run folder, or finds them there.
/// Reports what was dropped. A run with checkpoints keeps its vocabularies; throws Error when its
/// training text is not what it began with.
TrainingData prepare_training_data(const RunFolder& folder, const Recipe& recipe,
                                   const World& world);

/// The validation sets: batches of the instances that the batch planner of the methods makes of
/// them, annotated as in training, and every line to translate, with its document.
std::vector<ValidationSet> make_validation_sets(const TrainingData& data, const Recipe& recipe,
                                                const Extensions& extensions);

/// The stream of training batches from `start`, with the batch planner and annotators of the
/// methods.
std::unique_ptr<BatchStream> open_batches(const TrainingData& data, const Recipe& recipe,
                                          const Extensions& extensions, BatchPosition start,
                                          const World& world, const torch::Device& device);

/// The batch of the first epoch that is largest, padding counted. Throws UsageError when the
/// training corpora have a sequence that a model of so many `positions` cannot read.
Batch largest_batch(const TrainingData& data, const Extensions& extensions, int64_t positions,
                    const torch::Device& device);

}  // namespace nmt
