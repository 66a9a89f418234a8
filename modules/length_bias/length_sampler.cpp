#include "modules/length_bias/length_sampler.h"

#include <algorithm>
#include <cmath>

namespace nmt::length_bias {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// One side of an instance under CutRule::kNearest: `before` tokens, `more` with the next sentence.
bool nearer_without(int64_t before, int64_t more, int64_t limit, int64_t max_tokens) {
  if (before + more > max_tokens) return true;
  return before + more > limit && before + more - limit > limit - before;
}

}  // namespace

double sampling_temperature(const SamplingOptions& options, int64_t epoch) {
  if (options.mode != SamplingMode::kAnnealed) return kInfinity;
  if (epoch == 0) return 0;
  return std::exp(static_cast<double>(epoch + 1 - options.start_epoch));
}

int64_t limit_at(double uniform, double temperature, int64_t max_tokens) {
  const auto max = static_cast<double>(max_tokens);
  if (temperature == 0) return 0;
  // −T·log(1 − u·(1 − exp(−max/T))) with log1p and expm1: the plain form is 0 for every u once T is
  // so large that exp(−max/T) rounds to 1. The floor of this continuous variable has exactly the
  // discrete law.
  const double limit = std::isinf(temperature)
                           ? uniform * max
                           : -temperature * std::log1p(uniform * std::expm1(-max / temperature));
  return std::min(max_tokens - 1, static_cast<int64_t>(limit));
}

LengthSampler::LengthSampler(const SamplingOptions& options, double temperature, uint64_t key)
    : options_(options), temperature_(temperature), random_(key) {
  if (options.balance != SamplingBalance::kTokens) return;
  double sum = 0;
  cumulative_.reserve(static_cast<size_t>(options.max_tokens));
  for (int64_t limit = 0; limit < options.max_tokens; ++limit)
    cumulative_.push_back(sum += 1.0 / static_cast<double>(limit + 1));
}

int64_t LengthSampler::next() {
  if (options_.max_tokens == 0) return kNoLimit;
  if (options_.mode == SamplingMode::kFixed || options_.mode == SamplingMode::kHybrid)
    return options_.max_tokens;
  const double uniform = random_.uniform();
  if (cumulative_.empty()) return limit_at(uniform, temperature_, options_.max_tokens);
  const auto found =
      std::upper_bound(cumulative_.begin(), cumulative_.end(), uniform * cumulative_.back());
  return std::min<int64_t>(found - cumulative_.begin(), options_.max_tokens - 1);
}

std::vector<int32_t> cut_document(std::span<const InstanceLengths> sentences,
                                  const std::function<int64_t()>& next_limit, CutRule rule,
                                  int64_t max_tokens, int64_t max_sentences) {
  std::vector<int32_t> instances;
  int64_t limit = 0;
  InstanceLengths filled;
  const int64_t most = max_tokens == 0 ? kNoLimit : max_tokens;
  const auto ends_before = [&](const InstanceLengths& sentence) {
    if (instances.empty()) return true;
    if (max_sentences > 0 && instances.back() >= max_sentences) return true;
    if (rule == CutRule::kNearest)
      return nearer_without(filled.source, sentence.source, limit, most) ||
             nearer_without(filled.target, sentence.target, limit, most);
    return filled.source + sentence.source >= limit || filled.target + sentence.target >= limit;
  };
  for (const InstanceLengths& sentence : sentences) {
    if (ends_before(sentence)) {
      instances.push_back(0);
      filled = {};
      limit = next_limit();
    }
    ++instances.back();
    filled.source += sentence.source;
    filled.target += sentence.target;
  }
  return instances;
}

}  // namespace nmt::length_bias
