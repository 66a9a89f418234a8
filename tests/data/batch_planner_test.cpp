#include "data/batch_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

class Planning : public testing::Test {
 protected:
  PlanContext context(const std::vector<int64_t>& sizes, uint64_t longest = 30) {
    std::vector<std::shared_ptr<const CorpusStore>> stores;
    for (const int64_t size : sizes) {
      ++made_;
      stores.push_back(random_store(folder_.file("c" + std::to_string(made_)), size,
                                    static_cast<uint64_t>(made_), longest));
    }
    PlanContext result;
    result.corpora = std::make_shared<const CorpusSet>(std::move(stores));
    result.limits.max_tokens = 400;
    return result;
  }
  TemporaryFolder folder_;
  int made_ = 0;
};

using Place = std::pair<int32_t, int64_t>;

std::map<Place, int> count_instances(const BatchPlan& plan) {
  std::map<Place, int> counts;
  for (const Instance& instance : plan.instances()) ++counts[{instance.corpus, instance.first}];
  return counts;
}

bool same(const BatchPlan& a, const BatchPlan& b) {
  if (a.size() != b.size()) return false;
  for (int64_t i = 0; i < a.size(); ++i)
    if (!std::ranges::equal(a.batch(i), b.batch(i))) return false;
  return true;
}

struct Cost {
  int64_t count = 0, longest = 0, target = 0, real = 0, padded = 0;
};
Cost cost(const CorpusSet& corpora, std::span<const Instance> batch) {
  Cost result;
  int64_t source = 0, target = 0;
  for (const Instance& instance : batch) {
    const InstanceLengths lengths = corpora.lengths(instance);
    ++result.count;
    source = std::max(source, lengths.source);
    target = std::max(target, lengths.target);
    result.target += lengths.target;
    result.real += lengths.source + lengths.target;
  }
  result.longest = std::max(source, target);
  result.padded = result.count * (source + target);
  return result;
}

TEST_F(Planning, EverySentenceComesOncePerEpoch) {
  const auto planner = make_sentence_planner(context({700, 1, 300}));
  for (const int64_t group : {1, 2, 3, 8}) {
    for (const int64_t epoch : {0, 1, 17}) {
      const BatchPlan plan = planner->plan(epoch, group);
      EXPECT_EQ(plan.size() % group, 0);
      const auto counts = count_instances(plan);
      EXPECT_EQ(counts.size(), 1001U);
      for (const auto& [place, count] : counts) EXPECT_EQ(count, 1);
    }
  }
}

TEST_F(Planning, IsAPureFunctionOfSeedAndEpoch) {
  PlanContext c = context({500});
  const BatchPlan plan = make_sentence_planner(c)->plan(3, 1);
  EXPECT_TRUE(same(plan, make_sentence_planner(c)->plan(3, 1)));
  EXPECT_FALSE(same(plan, make_sentence_planner(c)->plan(4, 1)));
  c.seed = 2;
  EXPECT_FALSE(same(plan, make_sentence_planner(c)->plan(3, 1)));
}

TEST_F(Planning, KeepsTheLimits) {
  PlanContext c = context({2000});
  for (const BatchMeasure measure : {BatchMeasure::kPadded, BatchMeasure::kTarget})
    for (const int64_t max_sentences : {0, 7}) {
      c.limits = {300, max_sentences, measure};
      const BatchPlan plan = make_sentence_planner(c)->plan(0, 1);
      for (int64_t b = 0; b < plan.size(); ++b) {
        const Cost batch = cost(*c.corpora, plan.batch(b));
        EXPECT_LE(measure == BatchMeasure::kPadded ? batch.count * batch.longest : batch.target,
                  300);
        EXPECT_TRUE(max_sentences == 0 || batch.count <= max_sentences);
      }
      // Nearly full batches, not just allowed ones.
      const double needed = max_sentences > 0 ? 2000.0 / 7 : 0;
      EXPECT_LT(static_cast<double>(plan.size()), std::max(needed, 2000 * 31 / 300.0) * 1.15 + 1);
    }
}

TEST_F(Planning, AnInstanceAboveTheLimitIsABatchOfItsOwn) {
  PlanContext c = context({100});
  c.limits.max_tokens = 10;
  const BatchPlan plan = make_sentence_planner(c)->plan(0, 1);
  EXPECT_EQ(count_instances(plan).size(), 100U);
  for (int64_t b = 0; b < plan.size(); ++b)
    EXPECT_TRUE(cost(*c.corpora, plan.batch(b)).longest <= 10 || plan.batch(b).size() == 1);
}

TEST_F(Planning, PadsLittleAndStillMixes) {
  PlanContext c = context({30'000}, 60);
  c.limits.max_tokens = 4096;
  const auto planner = make_sentence_planner(c);
  const BatchPlan first = planner->plan(0, 1), second = planner->plan(1, 1);
  Cost total;
  for (int64_t b = 0; b < first.size(); ++b) {
    const Cost batch = cost(*c.corpora, first.batch(b));
    total.real += batch.real;
    total.padded += batch.padded;
  }
  EXPECT_LT(1 - static_cast<double>(total.real) / static_cast<double>(total.padded), 0.05);
  // Two sentences that share a batch in one epoch seldom do in the next.
  std::map<int64_t, int64_t> batch_of;
  for (int64_t b = 0; b < first.size(); ++b)
    for (const Instance& instance : first.batch(b)) batch_of[instance.first] = b;
  int64_t pairs = 0, again = 0;
  for (int64_t b = 0; b < second.size(); ++b)
    for (size_t i = 1; i < second.batch(b).size(); ++i, ++pairs)
      again += batch_of[second.batch(b)[i].first] == batch_of[second.batch(b)[i - 1].first];
  EXPECT_LT(static_cast<double>(again) / static_cast<double>(pairs), 0.9);
  // Batches come in random order, not from short to long.
  double correlation = 0;
  for (int64_t b = 1; b < first.size(); ++b)
    correlation +=
        cost(*c.corpora, first.batch(b)).longest > cost(*c.corpora, first.batch(b - 1)).longest ? 1
                                                                                                : 0;
  EXPECT_NEAR(correlation / static_cast<double>(first.size()), 0.5, 0.15);
}

TEST_F(Planning, TheBatchesOfAnUpdateCostAboutTheSame) {
  PlanContext c = context({20'000}, 60);
  c.limits.max_tokens = 1000;
  const BatchPlan plan = make_sentence_planner(c)->plan(0, 4);
  int64_t uneven = 0;
  for (int64_t u = 0; u < plan.size() / 4; ++u) {
    int64_t low = INT64_MAX, high = 0;
    for (int64_t r = 0; r < 4; ++r) {
      const Cost batch = cost(*c.corpora, plan.batch(4 * u + r));
      low = std::min(low, batch.real);
      high = std::max(high, batch.real);
    }
    uneven += static_cast<double>(low) < 0.75 * static_cast<double>(high);
  }
  EXPECT_LE(uneven, plan.size() / 4 / 20 + 1);
}

TEST_F(Planning, ManyProcessesAndFewSentencesGiveEmptyBatchesOnlyAtTheEnd) {
  PlanContext c = context({5});
  const BatchPlan plan = make_sentence_planner(c)->plan(0, 8);
  EXPECT_EQ(plan.size(), 8);
  EXPECT_EQ(count_instances(plan).size(), 5U);
  int64_t empty = 0;
  for (int64_t b = 0; b < 8; ++b) empty += plan.batch(b).empty();
  EXPECT_EQ(empty, 3);
}

TEST_F(Planning, TemperatureAndWeightsSetTheShares) {
  PlanContext c = context({900, 100});
  EXPECT_EQ(epoch_shares(c), (std::vector<int64_t>{900, 100}));
  c.temperature = 2;  // 30 : 10
  EXPECT_EQ(epoch_shares(c), (std::vector<int64_t>{750, 250}));
  c.temperature = 1e6;
  EXPECT_EQ(epoch_shares(c), (std::vector<int64_t>{500, 500}));
  c.temperature = 1;
  c.weights = {1, 4};
  EXPECT_EQ(epoch_shares(c), (std::vector<int64_t>{200, 800}));
  c.weights = {1, 0};
  EXPECT_EQ(epoch_shares(c), (std::vector<int64_t>{1000, 0}));
}

TEST_F(Planning, NoSentenceComesTwiceBeforeAllCameOnce) {
  PlanContext c = context({900, 100});
  c.temperature = 2;
  const auto planner = make_sentence_planner(c);
  std::map<Place, int> counts;
  for (int64_t epoch = 0; epoch < 12; ++epoch) {
    const BatchPlan plan = planner->plan(epoch, 1);
    std::array<int64_t, 2> drawn{};
    for (const Instance& instance : plan.instances()) {
      ++drawn[static_cast<size_t>(instance.corpus)];
      ++counts[{instance.corpus, instance.first}];
    }
    EXPECT_EQ(drawn, (std::array<int64_t, 2>{750, 250}));
    for (const int32_t corpus : {0, 1}) {
      int least = 1000, most = 0;
      for (int64_t i = 0; i < (corpus == 0 ? 900 : 100); ++i) {
        least = std::min(least, counts[{corpus, i}]);
        most = std::max(most, counts[{corpus, i}]);
      }
      EXPECT_LE(most - least, 1) << "corpus " << corpus << " epoch " << epoch;
    }
  }
}

TEST_F(Planning, PacksRunsOfSentencesByTheirWholeLength) {
  PlanContext c = context({100});
  std::vector<Instance> runs;
  for (int64_t first = 0; first < 100; first += 5) runs.push_back({first, 0, 5});
  const InstanceLengths lengths = c.corpora->lengths(runs[0]);
  int64_t expected = 5;
  for (int64_t i = 0; i < 5; ++i) expected += (*c.corpora)[0].length(Side::kSource, i);
  EXPECT_EQ(lengths.source, expected);
  const BatchPlan plan = pack_batches(c, runs, /*epoch=*/1, /*group=*/1);
  int64_t found = 0;
  for (int64_t b = 0; b < plan.size(); ++b) {
    const Cost batch = cost(*c.corpora, plan.batch(b));
    EXPECT_TRUE(batch.count == 1 || batch.count * batch.longest <= 400);
    found += batch.count;
  }
  EXPECT_EQ(found, 20);
}

TEST_F(Planning, CountsTagsInLengths) {
  const auto store = random_store(folder_.file("tagged"), 10);
  const CorpusSet plain({store}), tagged({store}, 1, 1);
  EXPECT_EQ(tagged.lengths({3, 0, 1}).source, plain.lengths({3, 0, 1}).source + 1);
  EXPECT_EQ(tagged.lengths({3, 0, 2}).target, plain.lengths({3, 0, 2}).target + 1);
}

TEST_F(Planning, ValidationSeesEverySentenceOnceFromShortToLong) {
  const CorpusSet corpora(
      {random_store(folder_.file("a"), 200, 3, 20, 0), random_store(folder_.file("b"), 50)});
  const BatchPlan plan =
      plan_by_length(corpora, make_sentence_planner({})->validation_instances(corpora),
                     {500, 0, BatchMeasure::kPadded});
  size_t usable = 0;
  for (int64_t c = 0; c < 2; ++c)
    for (int64_t i = 0; i < corpora[c].size(); ++i)
      usable += corpora[c].length(Side::kSource, i) > 0 && corpora[c].length(Side::kTarget, i) > 0;
  EXPECT_LT(usable, 250U);
  EXPECT_EQ(count_instances(plan).size(), usable);
  EXPECT_EQ(plan.instances().size(), usable);
  for (size_t i = 1; i < usable; ++i)
    EXPECT_LE(corpora.lengths(plan.instances()[i - 1]).target,
              corpora.lengths(plan.instances()[i]).target);
}

TEST_F(Planning, ManyWindowsLoseNothing) {
  PlanContext c = context({300'000}, 8);
  c.limits.max_tokens = 4096;
  const BatchPlan plan = make_sentence_planner(c)->plan(0, 3);
  std::vector<char> seen(300'000, 0);
  for (const Instance& instance : plan.instances()) ++seen[static_cast<size_t>(instance.first)];
  EXPECT_EQ(plan.instances().size(), 300'000U);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), 1), 300'000);
}

}  // namespace
}  // namespace nmt
