#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "data/batch_planner.h"
#include "modules/length_bias/options.h"
#include "nmt/support/random.h"

// Dynamic length sampling: how long the next instance of a document may be, and where documents are
// cut with it. Fixed cutting makes nearly every instance as long as the limit, and the model
// expects that; drawn limits make all lengths familiar.

namespace nmt::length_bias {

/// A limit that nothing reaches.
inline constexpr int64_t kNoLimit = std::numeric_limits<int64_t>::max();

/// The temperature T of the drawn limits in `epoch` (from 0): infinite in the uniform mode; in the
/// annealed mode 0 in the first epoch, exp(epoch + 1 − start_epoch) in the others.
double sampling_temperature(const SamplingOptions& options, int64_t epoch);

/// A limit from 0 … max_tokens − 1 with P(limit) ∝ exp(−limit / temperature), for `uniform` in
/// [0, 1): the inverse of the distribution function. T = 0 gives 0, T = ∞ the uniform distribution.
int64_t limit_at(double uniform, double temperature, int64_t max_tokens);

/// Draws limits of instances.
class LengthSampler {
 public:
  /// For one epoch; limits follow from `key` alone.
  LengthSampler(const SamplingOptions& options, double temperature, uint64_t key);
  /// Of the next instance; kNoLimit when doc.max_tokens is 0.
  int64_t next();

 private:
  const SamplingOptions& options_;
  double temperature_;
  RandomStream random_;
  std::vector<double> cumulative_;  // of P(limit) ∝ 1 / (limit + 1), for SamplingBalance::kTokens
};

/// Cuts `sentences` (tokens of each, EOS counted), which follow each other, into instances: their
/// sizes in sentences. `next_limit` is asked once an instance. With CutRule::kStrict an instance
/// ends before the sentence with which either side would reach the limit; a sentence longer than
/// that is an instance of its own. `max_tokens`: for CutRule::kNearest. `max_sentences` 0: no
/// limit.
std::vector<int32_t> cut_document(std::span<const InstanceLengths> sentences,
                                  const std::function<int64_t()>& next_limit, CutRule rule,
                                  int64_t max_tokens, int64_t max_sentences);

}  // namespace nmt::length_bias
