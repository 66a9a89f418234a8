#include "nmt/decoding/search.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <functional>
#include <limits>
#include <set>

#include "nmt/support/error.h"
#include "tests/decoding/naive_search.h"
#include "tests/decoding/random_models.h"

namespace nmt {
namespace {

using namespace test;

struct Case {
  std::vector<Transformer> models;
  std::vector<std::vector<int32_t>> sources, prefixes;
  std::vector<StoppingRule> rules;
  DecodingOptions options;
  SearchTokens tokens = search_tokens();

  std::vector<std::vector<Hypothesis>> search(const std::vector<size_t>& rows,
                                              int64_t report_every = 1) const {
    SearchBatch batch;
    std::vector<std::vector<int32_t>> chosen;
    for (const size_t row : rows) {
      chosen.push_back(sources[row]);
      batch.prefixes.push_back(prefixes[row]);
      batch.rules.push_back(rules[row]);
      batch.keys.push_back(row);
    }
    batch.source = source_batch(chosen);
    return Search(Ensemble(models), tokens, options).report_every(report_every).run(batch);
  }
  std::vector<size_t> all() const {
    std::vector<size_t> rows(sources.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = i;
    return rows;
  }
};

Case random_case(uint32_t seed) {
  std::mt19937 generator(seed);
  const auto draw = [&](int64_t low, int64_t high) {
    return std::uniform_int_distribution<int64_t>(low, high)(generator);
  };
  Case c;
  for (int64_t m = draw(0, 3) == 0 ? 2 : 1; m > 0; --m)
    c.models.push_back(random_model(100 * seed + m));
  c.options.beam = 1 + seed % 5;
  c.options.n_best = c.options.beam;
  c.options.lenpen_kind =
      std::vector{LengthPenalty::kNone, LengthPenalty::kPower, LengthPenalty::kGnmt}[draw(0, 2)];
  c.options.lenpen = std::vector{1.0, 0.6, 1.7, -0.5}[draw(0, 3)];
  c.options.no_repeat_ngram = draw(0, 2) == 0 ? draw(1, 3) : 0;
  if (draw(0, 3) == 0) c.tokens.excluded = {5, 6};
  const bool document = draw(0, 1) == 1, forced = draw(0, 1) == 1;
  for (int row = 0; row < 4; ++row) {
    c.sources.push_back(random_source(generator, draw(0, 7)));
    std::vector<int32_t> prefix;
    StoppingRule rule;
    if (document) rule.sentences = draw(1, 4);
    if (forced)
      for (int64_t sentence = draw(0, rule.sentences - 1); sentence >= 0; --sentence) {
        const auto part = random_tokens(generator, draw(0, 4));
        prefix.insert(prefix.end(), part.begin(), part.end());
        if (sentence > 0) prefix.push_back(kEos);
      }
    rule.max_length = std::ssize(prefix) + draw(0, 9);
    rule.min_sentence_tokens = draw(0, 2) == 0 ? draw(1, 4) : 0;
    if (!prefix.empty() && prefix.front() != kEos) rule.tags = draw(0, 1);
    c.prefixes.push_back(prefix);
    c.rules.push_back(rule);
  }
  return c;
}

void expect_equal(const std::vector<Hypothesis>& a, const std::vector<Hypothesis>& b,
                  double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].tokens, b[i].tokens) << "hypothesis " << i;
    EXPECT_NEAR(a[i].score, b[i].score, tolerance);
    EXPECT_NEAR(a[i].log_prob, b[i].log_prob, tolerance);
  }
}

class SearchCases : public testing::TestWithParam<uint32_t> {};

TEST_P(SearchCases, FindsWhatAPlainSearchFinds) {
  const Case c = random_case(GetParam());
  const auto found = c.search(c.all());
  for (const size_t row : c.all()) {
    SCOPED_TRACE(testing::Message() << "row " << row);
    const auto expected =
        naive_search(c.models, c.sources[row], c.prefixes[row], c.rules[row], c.options, c.tokens);
    ASSERT_EQ(found[row].size(), expected.size());
    for (size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(found[row][i].tokens, expected[i].tokens) << "hypothesis " << i;
      EXPECT_NEAR(found[row][i].log_prob, expected[i].log_prob, 1e-9);
      EXPECT_NEAR(found[row][i].score, expected[i].score, 1e-9);
    }
  }
}

TEST_P(SearchCases, DoesNotDependOnTheBatch) {
  const Case c = random_case(GetParam());
  const auto together = c.search(c.all());
  const auto reversed = c.search({3, 2, 1, 0});
  for (const size_t row : c.all()) {
    expect_equal(together[row], c.search({row})[0], 1e-9);
    expect_equal(together[row], reversed[3 - row], 1e-9);
  }
}

TEST_P(SearchCases, DoesNotDependOnWhenTheHostLooks) {
  const Case c = random_case(GetParam());
  const auto at_once = c.search(c.all());
  for (const int64_t interval : {3, 100}) {
    const auto later = c.search(c.all(), interval);
    for (const size_t row : c.all()) expect_equal(at_once[row], later[row], 1e-9);
  }
}

TEST_P(SearchCases, KeepsItsPromisesOnHypotheses) {
  const Case c = random_case(GetParam());
  const auto found = c.search(c.all());
  for (const size_t row : c.all()) {
    std::set<std::vector<int32_t>> distinct;
    double last = std::numeric_limits<double>::infinity();
    for (const Hypothesis& h : found[row]) {
      EXPECT_TRUE(distinct.insert(h.tokens).second) << "the same hypothesis twice";
      EXPECT_LE(h.score, last);
      last = h.score;
      ASSERT_EQ(h.token_log_probs.size(), h.tokens.size() + 1);
      double sum = 0;
      for (const double value : h.token_log_probs) sum += value;
      EXPECT_NEAR(sum, h.log_prob, 1e-9);
      EXPECT_NEAR(normalised_score(c.options, h.log_prob, std::ssize(h.tokens) + 1), h.score,
                  1e-12);
      const auto eos = std::count(h.tokens.begin(), h.tokens.end(), kEos) +
                       std::count(c.prefixes[row].begin(), c.prefixes[row].end(), kEos) + 1;
      EXPECT_EQ(eos, c.rules[row].sentences);
      for (const int64_t never : {kPad, kBos})
        EXPECT_EQ(std::count(h.tokens.begin(), h.tokens.end(), never), 0);
      for (const int64_t never : c.tokens.excluded)
        EXPECT_EQ(std::count(h.tokens.begin(), h.tokens.end(), never), 0);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Random, SearchCases, testing::Range(0u, 120u));

Case plain_case(int64_t beam, int64_t max_length) {
  Case c;
  c.models = {random_model(7)};
  c.options.beam = c.options.n_best = beam;
  c.sources = {{4, 5, 6, kEos}};
  c.prefixes = {{}};
  c.rules = {{.sentences = 1, .max_length = max_length, .min_sentence_tokens = 0}};
  return c;
}

// With a beam that holds everything, search is exhaustive: the n-best list must be all
// translations, in order.
TEST(Search, FindsEveryTranslationWhenTheBeamHoldsThemAll) {
  Case c = plain_case(100, 3);
  c.tokens.excluded = {6, 7, 8, 9, 10};  // leaves 3, 4, 5 and EOS: 1 + 3 + 9 + 27 translations
  struct Entry {
    double score;
    std::vector<int32_t> tokens;
  };
  std::vector<Entry> every;
  const std::function<void(std::vector<int32_t>, double)> visit = [&](std::vector<int32_t> tokens,
                                                                      double log_prob) {
    const std::vector<double> next = next_log_probs(c.models, c.sources[0], tokens);
    every.push_back({(log_prob + next[kEos]) / static_cast<double>(tokens.size() + 1), tokens});
    if (tokens.size() == 3) return;
    for (const int32_t token : {3, 4, 5}) {
      std::vector<int32_t> longer = tokens;
      longer.push_back(token);
      visit(longer, log_prob + next[token]);
    }
  };
  visit({}, 0);
  std::sort(every.begin(), every.end(),
            [](const Entry& a, const Entry& b) { return a.score > b.score; });
  const auto found = c.search({0})[0];
  ASSERT_EQ(found.size(), 40u);
  for (size_t i = 0; i < every.size(); ++i) {
    EXPECT_EQ(found[i].tokens, every[i].tokens);
    EXPECT_NEAR(found[i].score, every[i].score, 1e-9);
  }
}

TEST(Search, WithBeamOneIsGreedy) {
  const Case c = plain_case(1, 20);
  std::vector<int32_t> tokens;
  while (true) {
    std::vector<double> next = next_log_probs(c.models, c.sources[0], tokens);
    next[kPad] = next[kBos] = -1e9;
    const auto best =
        static_cast<int32_t>(std::max_element(next.begin(), next.end()) - next.begin());
    if (best == kEos || tokens.size() == 20) break;
    tokens.push_back(best);
  }
  EXPECT_EQ(c.search({0})[0][0].tokens, tokens);
}

// The worked example of the document specification: three sentences, budget 6, a model that never
// stops by itself.
TEST(Search, ForcesTheMissingSentenceEndsIntoTheBudget) {
  Case c = plain_case(2, 6);
  c.rules = {{.sentences = 3, .max_length = 6, .min_sentence_tokens = 50}};
  const std::vector<Hypothesis> hypotheses = c.search({0})[0];
  for (const Hypothesis& h : hypotheses) {
    ASSERT_EQ(h.tokens.size(), 6u);
    EXPECT_EQ(std::count(h.tokens.begin(), h.tokens.begin() + 4, kEos), 0);
    EXPECT_EQ(h.tokens[4], kEos);
    EXPECT_EQ(h.tokens[5], kEos);
    EXPECT_EQ(h.forced_eos, 3);
  }
}

TEST(Search, RaisesABudgetThatPrefixAndMissingEndsExceed) {
  Case c = plain_case(3, 0);
  c.prefixes = {{4, kEos, 5}};
  c.rules = {{.sentences = 4, .max_length = 0, .min_sentence_tokens = 1}};
  const auto found = c.search({0})[0];
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].tokens, (std::vector<int32_t>{kEos, kEos}));
  EXPECT_EQ(found[0].forced_eos, 3);
}

// fairseq's prefix forcing leaves copies of one hypothesis in the beam. Forced to end right after
// the first free step, the n-best list shows the beam after that step.
TEST(Search, HoldsDifferentHypothesesAfterTheFirstFreeStep) {
  for (uint64_t seed = 0; seed < 20; ++seed) {
    Case c = plain_case(5, 0);
    c.models = {random_model(seed)};
    c.prefixes = {{4, 5, kEos, 6, kEos, 7}};
    c.rules = {{.sentences = 3, .max_length = 7, .min_sentence_tokens = 2}};
    std::set<int32_t> tokens;
    const std::vector<Hypothesis> hypotheses = c.search({0})[0];
    for (const Hypothesis& h : hypotheses) {
      ASSERT_EQ(h.tokens.size(), 1u);
      tokens.insert(h.tokens[0]);
    }
    EXPECT_EQ(tokens.size(), 5u);
  }
}

TEST(Search, RunsInSinglePrecisionAndInBfloat16) {
  for (const auto type : {torch::kFloat, torch::kBFloat16}) {
    Case c = random_case(4);
    c.models = {random_model(7)};
    c.models[0]->to(type);
    const auto together = c.search(c.all());
    for (const size_t row : c.all()) {
      EXPECT_TRUE(std::isfinite(together[row][0].score));
      if (type == torch::kFloat) expect_equal(together[row], c.search({row})[0], 1e-4);
    }
  }
}

// The GPU's own paths: another top-k, reports once in four steps.
TEST(Search, FindsTheSameOnAGpu) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no GPU here";
  for (uint32_t seed = 0; seed < 20; ++seed) {
    const Case c = random_case(seed);
    const auto on_cpu = c.search(c.all());
    for (const Transformer& model : c.models) Transformer(model)->to(torch::kCUDA);
    const auto on_gpu = c.search(c.all());
    for (const size_t row : c.all()) expect_equal(on_cpu[row], on_gpu[row], 1e-9);
  }
}

TEST(Search, LeavesTheModelInItsMode) {
  Case c = plain_case(2, 5);
  c.models[0]->train();
  c.search({0});
  EXPECT_TRUE(c.models[0]->is_training());
  c.models[0]->eval();
  c.search({0});
  EXPECT_FALSE(c.models[0]->is_training());
}

TEST(Search, KeepsWithinThePositionsOfTheModel) {
  Case c = plain_case(2, 1000);
  c.rules[0].min_sentence_tokens = 1000;
  EXPECT_EQ(c.search({0})[0][0].tokens.size(), 63u);  // 64 positions, one for BOS
  c.prefixes = {std::vector<int32_t>(63, 4)};
  EXPECT_EQ(c.search({0})[0][0].tokens.size(), 0u);
  c.prefixes = {std::vector<int32_t>(64, 4)};
  EXPECT_THROW(c.search({0}), Error);
}

// A long prefix in the batch must not take positions from its mates.
TEST(Search, GivesEveryRowItsOwnBudgetBesideALongPrefix) {
  Case c = plain_case(2, 60);
  c.sources = {{4, kEos}, {5, kEos}};
  c.prefixes = {{}, std::vector<int32_t>(58, 6)};
  c.rules = {{.sentences = 1, .max_length = 60, .min_sentence_tokens = 60},
             {.sentences = 1, .max_length = 60, .min_sentence_tokens = 60}};
  const auto found = c.search({0, 1});
  EXPECT_EQ(found[0][0].tokens.size(), 60u);
  EXPECT_EQ(found[1][0].tokens.size(), 2u);
}

TEST(Search, ExplainsWhatCannotBeDone) {
  Case c = plain_case(2, 5);
  c.prefixes = {{4, kEos}};
  EXPECT_THROW(c.search({0}), Error) << "prefix that is already finished";
  c.prefixes = {{}};
  c.options.n_best = 3;
  EXPECT_THROW(c.search({0}), UsageError) << "more n-best than beam";
  c.options.n_best = 1;
  c.rules[0].min_sentence_tokens = 5;
  c.tokens.excluded = {3, 4, 5, 6, 7, 8, 9, 10};
  EXPECT_THROW(c.search({0}), Error) << "nothing left to choose";
  c.tokens.excluded = {};
  const torch::NoGradGuard no_grad;
  c.models[0]->parameters().front().fill_(std::numeric_limits<double>::quiet_NaN());
  EXPECT_THROW(c.search({0}), Error) << "NaN weights";
  EXPECT_THROW(Ensemble(std::vector<Transformer>{}), Error);
  EXPECT_THROW(Ensemble(std::vector{random_model(1), random_model(2, kVocabulary + 1)}), Error);
}

TEST(Search, TranslatesNothingToNothing) {
  const Case c = plain_case(2, 5);
  EXPECT_TRUE(Search(Ensemble(c.models), c.tokens, c.options).run({}).empty());
}

}  // namespace
}  // namespace nmt
