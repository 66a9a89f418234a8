#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nmt/training/training_state.h"

namespace nmt {

/// A sentence of a validation set as the model translates it now.
struct TranslationSample {
  std::string set;       // the recipe's name of the set
  int64_t sentence = 0;  // from 1
  std::string source, reference, translation;
};

/// What a validation gives.
struct ValidationOutcome {
  ValidationResult result;
  std::vector<TranslationSample>
      samples;  // the same sentences each time; none without translations
};

}  // namespace nmt
