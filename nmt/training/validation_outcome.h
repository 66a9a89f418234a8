#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/scoring/score.h"
#include "nmt/training/training_state.h"

namespace nmt {

/// A sentence of a validation set as the model translates it now.
struct TranslationSample {
  std::string set;       // the recipe's name of the set
  int64_t sentence = 0;  // from 1
  std::string source, reference, translation;
};

/// The scores of a validation set's translations.
struct ValidationScores {
  std::string set;  // the recipe's name of the set
  scoring::Score bleu, chrf;
};

/// What a validation gives.
struct ValidationOutcome {
  ValidationResult result;               // over all sets
  std::vector<ValidationScores> scores;  // of each set; none without translations
  std::vector<TranslationSample>
      samples;  // the same sentences each time; none without translations
};

}  // namespace nmt
