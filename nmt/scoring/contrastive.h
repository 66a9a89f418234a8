#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

// Contrastive test sets: a model has to find a right translation more probable than wrong ones.
// Items are those of ContraPro (Müller et al. 2018, "A large-scale test set for the evaluation of
// context-aware pronoun translation in neural machine translation").

namespace nmt::scoring {

/// A right translation with wrong ones.
struct ContrastiveItem {
  size_t errors = 0;  ///< number of wrong translations; at least one
  /// Properties by which accuracy is reported too: name and value.
  std::vector<std::pair<std::string, std::string>> properties;
};

/// Reads items from JSON in ContraPro's format: a list of objects. `errors`, a list with an element
/// for each wrong translation, is needed; `src pronoun` with `ref pronoun`, `ante distance` and
/// `intrasegmental` are reported when they are there and not null; pronouns without case. Throws
/// Error, naming the item (from 1).
std::vector<ContrastiveItem> read_contrastive_items(const std::string& file);

/// Reads numbers, one a line. Throws Error with the line for anything else, NaN included.
std::vector<double> read_numbers(const std::string& file);

struct ContrastiveAccuracy {
  size_t correct = 0;
  size_t ties = 0;  ///< of the wrong ones: the best error scores the same as the reference
  size_t total = 0;
  double percent() const {
    return total == 0 ? 0 : 100.0 * static_cast<double>(correct) / static_cast<double>(total);
  }
};

/// Accuracy on the items with one value of a property.
struct ContrastiveGroup {
  std::string property;
  std::string value;
  ContrastiveAccuracy accuracy;
};

struct ContrastiveReport {
  ContrastiveAccuracy all;
  std::vector<ContrastiveGroup> groups;  ///< by property in the order of the items, then by value
};

/// `scores` are log-probabilities (higher is better): for each item the reference, then its errors.
/// An item is correct only when its reference scores strictly higher than every error. Throws Error
/// when there are more or fewer scores.
ContrastiveReport score_contrastive(std::span<const ContrastiveItem> items,
                                    std::span<const double> scores);

std::string to_text(const ContrastiveReport& report);
std::string to_json(const ContrastiveReport& report);

}  // namespace nmt::scoring
