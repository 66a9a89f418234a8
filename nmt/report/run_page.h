#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nmt/report/run_log.h"

namespace nmt::report {

struct Fact {
  std::string name, value;
};

/// What a page says of a run besides its log.
struct RunFacts {
  std::string name;
  std::vector<Fact> summary;  ///< few and short: shown large
  std::vector<Fact> details;
  std::string metric = "loss";  ///< which checkpoint is best: "loss", "bleu" or "chrf"
};

struct TrainingPair {
  std::string source, target;
};

/// The text of a pair by its number in the training corpora; nothing when it is not to be had.
using FindPair = std::function<std::optional<TrainingPair>(int64_t number)>;

/// The validation that `metric` calls best, the first of equal ones; nothing without validations.
std::optional<CurvePoint> best_validation(const RunLog& log, const std::string& metric);

/// A run as one HTML page that needs no other file and no network: what was trained on what; curves
/// of training and validation; speed, memory and padding; the updates that stood out, with their
/// sentences; and how translations of validation sentences changed. Readable on telephones, in dark
/// mode and without scripts. What the log does not tell is left out, or said to be missing.
std::string to_page(const RunFacts& facts, const RunLog& log, const FindPair& find_pair);

}  // namespace nmt::report
