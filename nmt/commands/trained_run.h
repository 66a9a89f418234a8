#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/prepare.h"
#include "models/transformer.h"
#include "nmt/commands/arguments.h"
#include "nmt/commands/recipe.h"
#include "nmt/training/checkpoint.h"
#include "nmt/training/extensions.h"
#include "nmt/training/method.h"
#include "nmt/training/run_folder.h"

// From a recipe or a run folder to a model.

namespace nmt {

/// A run's model with everything needed to use it.
struct Run {
  RunFolder folder;
  const Recipe* recipe = nullptr;
  Vocabularies vocabularies;
  Languages languages;
  Extensions extensions;
  Transformer model{nullptr};
};

/// Builds the model of `recipe` with the methods it switches on, with random weights, on the CPU.
Run build_run(const RunFolder& folder, const Recipe& recipe, Vocabularies vocabularies, Languages languages);

/// Copies weights into the model. Throws Error naming the first tensor that is missing, left over or of another shape.
void load_weights(Transformer& model, const TensorMap& weights, const std::string& origin);

/// A trained run, opened for use.
struct TrainedRun {
  std::unique_ptr<OptionTable> table;  // holds the values that fill `recipe`
  std::unique_ptr<Recipe> recipe;
  Run run;
  TrainingState state;
  std::string checkpoint;  // the folder whose weights were loaded
};

/// Reads RUN/config.yaml, applies the `overrides` of the command line (decode.* and the like), and loads the weights of
/// `checkpoint` onto `device`, ready for decoding.
TrainedRun open_run(const std::string& path, const std::string& checkpoint, const torch::Device& device);

}  // namespace nmt
