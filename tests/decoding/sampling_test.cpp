#include "nmt/decoding/sampling.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "nmt/decoding/search.h"
#include "tests/decoding/naive_search.h"
#include "tests/decoding/random_models.h"

namespace nmt {
namespace {

using namespace test;

constexpr int64_t kDraws = 20000;

std::vector<double> shares(const std::vector<double>& probabilities,
                           const DecodingOptions& options) {
  const torch::Tensor log_probs =
      torch::tensor(probabilities, torch::kDouble).log().unsqueeze(0).expand({kDraws, -1});
  const torch::Tensor uniform =
      (torch::arange(kDraws, torch::kDouble) + 0.5) / static_cast<double>(kDraws);
  const torch::Tensor counts =
      torch::bincount(sample(log_probs, uniform, options), {}, std::ssize(probabilities));
  std::vector<double> result;
  for (int64_t i = 0; i < counts.size(0); ++i)
    result.push_back(static_cast<double>(counts[i].item<int64_t>()) / static_cast<double>(kDraws));
  return result;
}

void expect_shares(const std::vector<double>& found, const std::vector<double>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i)
    EXPECT_NEAR(found[i], expected[i], 2e-4) << "token " << i;
}

const std::vector<double> kProbabilities{0.1, 0.4, 0.0, 0.3, 0.2};

TEST(Sampling, FollowsTheDistribution) {
  expect_shares(shares(kProbabilities, {}), kProbabilities);
}

TEST(Sampling, SharpensWithTheTemperature) {
  DecodingOptions options;
  options.temperature = 0.5;  // squares
  expect_shares(shares(kProbabilities, options),
                {0.01 / 0.3, 0.16 / 0.3, 0, 0.09 / 0.3, 0.04 / 0.3});
}

TEST(Sampling, KeepsTheTopK) {
  DecodingOptions options;
  options.top_k = 2;
  expect_shares(shares(kProbabilities, options), {0, 4.0 / 7, 0, 3.0 / 7, 0});
}

TEST(Sampling, KeepsTheSmallestSetWithEnoughProbability) {
  DecodingOptions options;
  options.top_p = 0.65;
  expect_shares(shares(kProbabilities, options), {0, 4.0 / 7, 0, 3.0 / 7, 0});
  options.top_p = 0.75;
  expect_shares(shares(kProbabilities, options), {0, 4.0 / 9, 0, 3.0 / 9, 2.0 / 9});
  options.top_p = 0;
  expect_shares(shares(kProbabilities, options), {0, 1, 0, 0, 0});
  options.top_p = 0.5, options.top_k = 2;  // top_k first: 4/7 of what is left is enough
  expect_shares(shares(kProbabilities, options), {0, 1, 0, 0, 0});
}

TEST(Sampling, NeverDrawsWhatIsNotAllowed) {
  const double minus_infinity = -std::numeric_limits<double>::infinity();
  const torch::Tensor log_probs =
      torch::tensor({minus_infinity, 0.0, minus_infinity}).unsqueeze(0).expand({2, -1});
  const torch::Tensor extremes = torch::tensor({0.0, std::nextafter(1.0, 0.0)}, torch::kDouble);
  EXPECT_TRUE(sample(log_probs, extremes, {}).equal(torch::tensor({1, 1}, torch::kLong)));
}

TEST(Sampling, NumbersDependOnSeedAndKeyAlone) {
  const torch::Tensor both = sampling_numbers(3, {10, 11}, 8);
  EXPECT_TRUE(sampling_numbers(3, {11}, 5)[0].equal(both[1].slice(0, 0, 5)));
  EXPECT_FALSE(sampling_numbers(4, {11}, 8)[0].equal(both[1]));
  EXPECT_FALSE(both[0].equal(both[1]));
}

SearchBatch batch_of(const std::vector<std::vector<int32_t>>& sources,
                     const std::vector<uint64_t>& keys) {
  SearchBatch batch;
  batch.source = source_batch(sources);
  batch.prefixes.resize(sources.size());
  batch.rules.resize(sources.size(),
                     StoppingRule{.sentences = 1, .max_length = 12, .min_sentence_tokens = 0});
  batch.keys = keys;
  return batch;
}

DecodingOptions sampling_options() {
  DecodingOptions options;
  options.sampling = true;
  return options;
}

TEST(Sampling, DoesNotDependOnTheBatch) {
  const Search search(Ensemble({random_model(1)}), search_tokens(), sampling_options());
  const std::vector<std::vector<int32_t>> sources{{3, 4, kEos}, {5, kEos}, {6, 7, 8, 9, kEos}};
  const auto together = search.run(batch_of(sources, {20, 21, 22}));
  for (size_t i = 0; i < sources.size(); ++i) {
    const auto alone = search.run(batch_of({sources[i]}, {20 + i}));
    EXPECT_EQ(alone[0][0].tokens, together[i][0].tokens);
    EXPECT_NEAR(alone[0][0].log_prob, together[i][0].log_prob, 1e-9);
  }
}

// Whole translations are drawn with their probability under the model: first tokens by their
// frequency, and each sample's log-probability is the model's own, whatever the temperature.
TEST(Sampling, DrawsTranslationsWithTheirProbability) {
  const Transformer model = random_model(3);
  const Search search(Ensemble({model}), search_tokens(), sampling_options());
  const std::vector<int32_t> source{3, 4, 5, kEos};
  constexpr size_t kSamples = 4000;
  std::vector<uint64_t> keys(kSamples);
  for (size_t i = 0; i < kSamples; ++i) keys[i] = i;
  const auto drawn = search.run(batch_of(std::vector(kSamples, source), keys));
  std::vector<double> expected = next_log_probs({model}, source, {});
  const double allowed = 1 - std::exp(expected[kPad]) - std::exp(expected[kBos]);
  std::map<int32_t, int64_t> counts;
  for (const auto& sample : drawn)
    ++counts[sample[0].tokens.empty() ? static_cast<int32_t>(kEos) : sample[0].tokens[0]];
  double chi_squared = 0;
  for (int32_t token = kEos; token < kVocabulary; ++token) {
    const double mean = std::exp(expected[token]) / allowed * kSamples;
    chi_squared += (static_cast<double>(counts[token]) - mean) *
                   (static_cast<double>(counts[token]) - mean) / mean;
  }
  EXPECT_LT(chi_squared, 26.1);  // 8 degrees of freedom: 1 in 1000
  for (size_t i = 0; i < 5; ++i) {
    double log_prob = 0;
    std::vector<int32_t> before;
    for (size_t t = 0; t <= drawn[i][0].tokens.size(); ++t) {
      const auto token =
          t < drawn[i][0].tokens.size() ? drawn[i][0].tokens[t] : static_cast<int32_t>(kEos);
      log_prob += next_log_probs({model}, source, before)[token];
      before.push_back(token);
    }
    EXPECT_NEAR(log_prob, drawn[i][0].log_prob, 1e-9);
  }
}

// The rules that exclude tokens, and forced ends, hold for samples too.
TEST(Sampling, KeepsToTheRulesOfSearch) {
  DecodingOptions options = sampling_options();
  options.no_repeat_ngram = 2;
  const Search search(Ensemble({random_model(2)}), search_tokens(), options);
  SearchBatch batch = batch_of({{3, 4, kEos}, {5, kEos}}, {1, 2});
  batch.prefixes = {{4, 5}, {6, 7, 8, kEos}};
  batch.rules = {{.sentences = 1, .max_length = 9, .min_sentence_tokens = 6},
                 {.sentences = 3, .max_length = 12, .min_sentence_tokens = 1}};
  for (uint64_t key = 0; key < 200; ++key) {
    batch.keys = {key, key + 1000};
    const auto drawn = search.run(batch);
    const std::vector<int32_t>&first = drawn[0][0].tokens, &second = drawn[1][0].tokens;
    EXPECT_GE(first.size(), 4u);
    EXPECT_LE(first.size(), 7u);
    EXPECT_EQ(std::count(second.begin(), second.end(), kEos), 1);
    EXPECT_LE(second.size(), 8u);
    std::vector<int32_t> text = batch.prefixes[0];
    for (const int32_t token : first) {
      EXPECT_FALSE(repeats_ngram(text, token, 2));
      text.push_back(token);
    }
  }
}

}  // namespace
}  // namespace nmt
