#pragma once

#include <optional>
#include <span>
#include <string>

#include "nmt/scoring/off_target.h"
#include "nmt/scoring/score.h"

// How off-target rates are printed.

namespace nmt::scoring {

/// One row of a report.
struct DirectionOffTarget {
  std::string direction;  ///< "en-de"
  OffTargetReport report;
  std::optional<Score> on_target_score;  ///< of the lines on target alone
};

/// A table with a row for each direction and, for several, the mean of their rates; then the wrong
/// languages and what the columns mean. `identifier` is its name.
std::string to_text(std::span<const DirectionOffTarget> directions, const std::string& identifier);

/// The same as a JSON object; rates are not rounded, null where no line is judged.
std::string to_json(std::span<const DirectionOffTarget> directions, const std::string& identifier);

/// A line for each translation of a direction: direction, number from 1, verdict and language,
/// between tabs.
std::string list_verdicts(const DirectionOffTarget& direction);

}  // namespace nmt::scoring
