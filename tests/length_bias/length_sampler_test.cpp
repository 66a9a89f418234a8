#include "modules/length_bias/length_sampler.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>

namespace nmt::length_bias {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::vector<int64_t> draw_many(double temperature, int64_t max_tokens, int64_t count,
                               uint64_t key = 1) {
  RandomStream random(key);
  std::vector<int64_t> draws;
  for (int64_t i = 0; i < count; ++i)
    draws.push_back(limit_at(random.uniform(), temperature, max_tokens));
  return draws;
}

double mean(const std::vector<int64_t>& values) {
  return static_cast<double>(std::accumulate(values.begin(), values.end(), int64_t{0})) /
         static_cast<double>(values.size());
}

/// The mean of P(l) ∝ exp(−l/T), summed up.
double expected_mean(double temperature, int64_t max_tokens) {
  double weights = 0, sum = 0;
  for (int64_t l = 0; l < max_tokens; ++l) {
    const double weight = std::exp(-static_cast<double>(l) / temperature);
    weights += weight;
    sum += weight * static_cast<double>(l);
  }
  return sum / weights;
}

TEST(LimitAt, IsUniformAtInfiniteTemperature) {
  for (uint64_t key = 1; key <= 20; ++key) {
    std::array<double, 8> bins{};
    for (const int64_t limit : draw_many(kInfinity, 512, 40000, key)) {
      ASSERT_GE(limit, 0);
      ASSERT_LT(limit, 512);
      ++bins[static_cast<size_t>(limit / 64)];
    }
    double chi_square = 0;
    for (const double count : bins) {
      EXPECT_NEAR(count / 40000, 0.125, 0.01);
      chi_square += (count - 5000) * (count - 5000) / 5000;
    }
    EXPECT_LT(chi_square, 30);
  }
}

TEST(LimitAt, HasTheLawOfTheTemperature) {
  for (const double temperature : {20.0, 54.6, 148.4, 403.4, 2981.0})
    EXPECT_NEAR(mean(draw_many(temperature, 512, 40000)), expected_mean(temperature, 512),
                0.03 * expected_mean(temperature, 512))
        << temperature;
  // Every limit with its exact probability, by the law's definition.
  const double temperature = 3;
  std::array<double, 8> counts{};
  for (const int64_t limit : draw_many(temperature, 8, 200000))
    ++counts[static_cast<size_t>(limit)];
  double total = 0;
  for (int l = 0; l < 8; ++l) total += std::exp(-l / temperature);
  for (int l = 0; l < 8; ++l)
    EXPECT_NEAR(counts[static_cast<size_t>(l)] / 200000, std::exp(-l / temperature) / total, 0.005);
}

TEST(LimitAt, HoldsAtTheExtremes) {
  for (const int64_t limit : draw_many(0, 512, 100)) EXPECT_EQ(limit, 0);
  EXPECT_EQ(draw_many(std::exp(60.0), 512, 1000), draw_many(kInfinity, 512, 1000));
  EXPECT_EQ(limit_at(std::nextafter(1.0, 0.0), kInfinity, 512), 511);
  EXPECT_EQ(limit_at(std::nextafter(1.0, 0.0), 100, 512), 511);
  // Weights that underflow must not keep long limits from being drawn.
  const auto draws = draw_many(std::exp(7.0), 2048, 40000);
  EXPECT_GT(*std::max_element(draws.begin(), draws.end()), 1500);
}

TEST(SamplingTemperature, GrowsInTheAnnealedModeOnly) {
  SamplingOptions options;
  EXPECT_EQ(sampling_temperature(options, 0), kInfinity);
  options.mode = SamplingMode::kAnnealed;
  EXPECT_EQ(sampling_temperature(options, 0), 0);
  EXPECT_DOUBLE_EQ(sampling_temperature(options, 19), 1);  // the 20th epoch
  EXPECT_DOUBLE_EQ(sampling_temperature(options, 22), std::exp(3.0));
  EXPECT_EQ(sampling_temperature(options, 2000), kInfinity);
}

TEST(LengthSampler, BalancesTokens) {
  SamplingOptions options;
  options.balance = SamplingBalance::kTokens;
  LengthSampler sampler(options, kInfinity, 1);
  std::array<double, 512> counts{};
  constexpr int kDraws = 400000;
  for (int i = 0; i < kDraws; ++i) ++counts[static_cast<size_t>(sampler.next())];
  double total = 0;
  for (int l = 0; l < 512; ++l) total += 1.0 / (l + 1);
  for (const int l : {0, 1, 2, 9, 49})
    EXPECT_NEAR(counts[static_cast<size_t>(l)] / kDraws, 1 / total / (l + 1), 0.004) << l;
}

std::vector<InstanceLengths> both_sides(const std::vector<int64_t>& sizes) {
  std::vector<InstanceLengths> lengths;
  lengths.reserve(sizes.size());
  for (const int64_t size : sizes) lengths.push_back({size, size});
  return lengths;
}

std::vector<int32_t> cut(const std::vector<int64_t>& sizes, std::vector<int64_t> limits,
                         CutRule rule = CutRule::kStrict, int64_t max_sentences = 0) {
  size_t next = 0;
  return cut_document(
      both_sides(sizes), [&] { return limits.at(next++); }, rule, 40, max_sentences);
}

TEST(CutDocument, GivesTheInstancesOfTheExample) {
  // Section 3a of the specification: [5 4] [6] [3 7 4].
  EXPECT_EQ(cut({5, 4, 6, 3, 7, 4}, {12, 0, 30}), (std::vector<int32_t>{2, 1, 3}));
}

TEST(CutDocument, EndsBeforeTheLimitOnEitherSide) {
  const std::vector<InstanceLengths> lengths{{5, 1}, {5, 1}, {1, 12}, {1, 1}};
  const auto limit = [] { return int64_t{12}; };
  EXPECT_EQ(cut_document(lengths, limit, CutRule::kStrict, 40, 0), (std::vector<int32_t>{2, 1, 1}));
}

TEST(CutDocument, KeepsToTheNumberOfSentences) {
  EXPECT_EQ(cut({1, 1, 1, 1, 1}, {30, 30, 30}, CutRule::kStrict, 2),
            (std::vector<int32_t>{2, 2, 1}));
}

TEST(CutDocument, CutsAtTheNearerEnd) {
  // 10 more would be 8 beyond the limit, 2 tokens are missing without them.
  EXPECT_EQ(cut({10, 10}, {12, 12}, CutRule::kNearest), (std::vector<int32_t>{1, 1}));
  // 4 beyond against 6 missing.
  EXPECT_EQ(cut({10, 10}, {16}, CutRule::kNearest), (std::vector<int32_t>{2}));
  // Never beyond the maximum of 40.
  EXPECT_EQ(cut({30, 11}, {39, 39}, CutRule::kNearest), (std::vector<int32_t>{1, 1}));
}

TEST(CutDocument, TakesAnEmptyDocument) {
  EXPECT_TRUE(cut({}, {}).empty());
}

/// Shares of the instances of a long stream of sentences in bins of 64 tokens.
std::array<double, 8> realised_bins(CutRule rule) {
  RandomStream random(5);
  std::vector<int64_t> sizes;
  sizes.reserve(400000);
  for (int i = 0; i < 400000; ++i) sizes.push_back(8 + static_cast<int64_t>(random.below(43)));
  SamplingOptions options;
  LengthSampler sampler(options, kInfinity, 9);
  const auto instances = cut_document(
      both_sides(sizes), [&] { return sampler.next(); }, rule, 512, 0);
  std::array<double, 8> bins{};
  size_t sentence = 0;
  for (const int32_t count : instances) {
    int64_t length = 0;
    for (int32_t i = 0; i < count; ++i) length += sizes[sentence++];
    bins[static_cast<size_t>(std::min<int64_t>(length / 64, 7))] +=
        1.0 / static_cast<double>(instances.size());
  }
  return bins;
}

TEST(CutDocument, MakesNearlyUniformLengthsWithTheNearestRule) {
  for (const double share : realised_bins(CutRule::kNearest)) EXPECT_NEAR(share, 0.125, 0.02);
  // The strict rule is skewed: its last bin is clearly smaller.
  EXPECT_LT(realised_bins(CutRule::kStrict)[7], 0.105);
}

}  // namespace
}  // namespace nmt::length_bias
