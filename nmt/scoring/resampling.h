#pragma once

#include <span>
#include <vector>

#include "nmt/scoring/metric.h"
#include "nmt/scoring/numpy_random.h"

// Scores of random variants of a test set, from the statistics of its segments. Each variant is
// drawn, summed and forgotten: memory holds one score a variant.

namespace nmt::scoring {

/// Statistics of a system's segments with the metric that counted them. Both must outlive this.
struct SystemStatistics {
  const Metric& metric;
  const Statistics& statistics;
};

/// Scores of the resamples of one system, in the order of drawing.
struct ResampledScores {
  std::vector<double> values;
  bool is_single = false;  ///< NumPy has them as 32-bit numbers
};

inline constexpr int kUsualResamples = 1000;
inline constexpr int kUsualTrials = 10000;
inline constexpr int kMostSamples = 10'000'000;  ///< each system keeps all its scores

struct ResamplingOptions {
  RandomSeed seed = {};  ///< the same seed gives the same samples, as in NumPy
  int samples = 0;       ///< resamples or trials, up to kMostSamples; 0: as many as usual
  int threads = 1;       ///< 0: one a processor; changes no result
};

/// Bootstrap resampling (Koehn 2004, "Statistical significance tests for machine translation
/// evaluation"): draws as many segments as there are, with replacement, `options.samples` times,
/// the same for all systems. All must have equally many segments, at least one.
std::vector<ResampledScores> bootstrap_scores(std::span<const SystemStatistics> systems,
                                              const ResamplingOptions& options);

/// Approximate randomization (Riezler and Maxwell 2005): swaps the systems' translations of
/// randomly chosen segments, `options.samples` times. Returns how far apart the scores of the two
/// mixed systems are, for each of `systems` mixed with the baseline of its number.
std::vector<std::vector<double>> randomized_differences(std::span<const SystemStatistics> baselines,
                                                        std::span<const SystemStatistics> systems,
                                                        const ResamplingOptions& options);

}  // namespace nmt::scoring
