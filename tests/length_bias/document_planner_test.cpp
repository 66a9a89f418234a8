#include "modules/length_bias/document_planner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "tests/data/test_corpus.h"
#include "tests/temporary_folder.h"

namespace nmt::length_bias {
namespace {

/// A store of random sentences in documents of 1 to 40 of them.
std::shared_ptr<const CorpusStore> document_store(const std::string& folder, int64_t sentences,
                                                  uint64_t seed = 1) {
  RandomStream random(seed);
  CorpusWriter writer(folder, {1000, 1000}, StoredText::kNone);
  int64_t left = 0;
  for (int64_t i = 0; i < sentences; ++i) {
    if (left-- == 0) {
      writer.begin_document();
      left = static_cast<int64_t>(random.below(40));
    }
    const std::vector<int32_t> source(1 + random.below(25), 7), target(1 + random.below(30), 8);
    writer.add({source, {}}, {target, {}});
  }
  return finish_store(writer, folder);
}

class DocumentPlans : public ::testing::Test {
 protected:
  PlanContext context(const std::vector<int64_t>& sizes, int64_t tags = 0) {
    std::vector<std::shared_ptr<const CorpusStore>> stores;
    for (size_t i = 0; i < sizes.size(); ++i)
      stores.push_back(document_store(folder_.file("store" + std::to_string(i)), sizes[i], i + 1));
    PlanContext context;
    context.corpora = std::make_shared<const CorpusSet>(stores, tags, tags);
    return context;
  }
  static SamplingOptions options(SamplingMode mode, int64_t max_tokens = 100) {
    SamplingOptions options;
    options.mode = mode;
    options.max_tokens = max_tokens;
    return options;
  }
  /// How often each sentence of the corpora occurs.
  static std::map<std::pair<int32_t, int64_t>, int> occurrences(
      const std::vector<Instance>& instances) {
    std::map<std::pair<int32_t, int64_t>, int> counts;
    for (const Instance& instance : instances)
      for (int64_t i = instance.first; i < instance.first + instance.count; ++i)
        ++counts[{instance.corpus, i}];
    return counts;
  }
  static void expect_each(const PlanContext& context, const std::vector<Instance>& instances,
                          int times) {
    const auto counts = occurrences(instances);
    EXPECT_EQ(std::ssize(counts), context.corpora->sentences());
    for (const auto& [sentence, count] : counts) ASSERT_EQ(count, times);
  }

  TemporaryFolder folder_;
};

TEST_F(DocumentPlans, HoldEverySentenceOnceInEveryMode) {
  const PlanContext corpora = context({3000, 500});
  for (const SamplingMode mode :
       {SamplingMode::kFixed, SamplingMode::kUniform, SamplingMode::kAnnealed})
    for (const int64_t epoch : {0, 1, 25})
      expect_each(corpora, DocumentPlanner(corpora, options(mode)).instances(epoch), 1);
  expect_each(corpora, DocumentPlanner(corpora, options(SamplingMode::kHybrid)).instances(3), 5);
}

TEST_F(DocumentPlans, KeepInstancesWithinDocumentsAndLimits) {
  const PlanContext corpora = context({3000});
  const CorpusStore& store = (*corpora.corpora)[0];
  for (const CutRule rule : {CutRule::kStrict, CutRule::kNearest}) {
    SamplingOptions uniform = options(SamplingMode::kUniform);
    uniform.cut = rule;
    std::set<int64_t> lengths;
    for (const Instance& instance : DocumentPlanner(corpora, uniform).instances(2)) {
      EXPECT_EQ(store.document_of(instance.first),
                store.document_of(instance.first + instance.count - 1));
      const InstanceLengths tokens = corpora.corpora->lengths(instance);
      if (instance.count > 1) {
        EXPECT_LE(std::max(tokens.source, tokens.target), rule == CutRule::kStrict ? 99 : 100);
      }
      lengths.insert(tokens.source / 20);
    }
    EXPECT_GE(lengths.size(), 5U) << "some lengths never occur";
  }
}

TEST_F(DocumentPlans, GoOnIntoTheNextDocumentWithMixup) {
  const PlanContext corpora = context({2000});
  SamplingOptions mixed = options(SamplingMode::kFixed);
  mixed.mixup = true;
  const auto instances = DocumentPlanner(corpora, mixed).instances(0);
  expect_each(corpora, instances, 1);
  EXPECT_LT(instances.size(),
            DocumentPlanner(corpora, options(SamplingMode::kFixed)).instances(0).size());
}

TEST_F(DocumentPlans, DependOnSeedAndEpochAlone) {
  PlanContext corpora = context({1500});
  const auto plan = [&](int64_t epoch) {
    return DocumentPlanner(corpora, options(SamplingMode::kUniform)).instances(epoch);
  };
  const auto first = plan(0), second = plan(1);
  EXPECT_EQ(first, plan(0));
  EXPECT_NE(first, second);
  corpora.seed = 2;
  EXPECT_NE(first, plan(0));
}

TEST_F(DocumentPlans, GrowWithTheEpochsWhenAnnealed) {
  const PlanContext corpora = context({3000});
  const DocumentPlanner planner(corpora, options(SamplingMode::kAnnealed));
  for (const Instance& instance : planner.instances(0)) ASSERT_EQ(instance.count, 1);
  size_t before = planner.instances(0).size();
  for (const int64_t epoch : {21, 22, 23, 24}) {
    const size_t now = planner.instances(epoch).size();
    EXPECT_LT(now, before) << epoch;
    before = now;
  }
}

TEST_F(DocumentPlans, MakeOneInstanceADocumentWithoutLimits) {
  const PlanContext corpora = context({800});
  EXPECT_EQ(std::ssize(DocumentPlanner(corpora, options(SamplingMode::kFixed, 0)).instances(0)),
            (*corpora.corpora)[0].documents());
}

TEST_F(DocumentPlans, GiveCorporaTheirSharesWithoutLosingSentences) {
  PlanContext corpora = context({2000, 200});
  corpora.temperature = 5;
  const DocumentPlanner planner(corpora, options(SamplingMode::kUniform));
  const std::vector<int64_t> shares = epoch_shares(corpora);
  std::map<std::pair<int32_t, int64_t>, int> all;
  for (int64_t epoch = 0; epoch < 6; ++epoch) {
    std::vector<int64_t> drawn(2, 0);
    for (const Instance& instance : planner.instances(epoch))
      drawn[static_cast<size_t>(instance.corpus)] += instance.count;
    for (size_t c = 0; c < 2; ++c) EXPECT_NEAR(drawn[c], shares[c], 40) << "an instance too many";
    for (const auto& [sentence, count] : occurrences(planner.instances(epoch)))
      all[sentence] += count;
  }
  // Passes follow each other, so the counts of two sentences of a corpus differ by one at most.
  for (const int32_t corpus : {0, 1}) {
    int least = 1 << 20, most = 0;
    for (int64_t i = 0; i < (*corpora.corpora)[corpus].size(); ++i) {
      const auto found = all.find({corpus, i});
      const int count = found == all.end() ? 0 : found->second;
      least = std::min(least, count), most = std::max(most, count);
    }
    EXPECT_LE(most - least, 1) << "corpus " << corpus;
  }
}

TEST_F(DocumentPlans, MeasureReferenceLengthsOnTheRunsOwnCut) {
  const PlanContext corpora = context({3000}, /*tags=*/1);
  const auto means = [&](const std::vector<Instance>& instances) {
    ReferenceLengths sum;
    for (const Instance& instance : instances) {
      sum.source += static_cast<double>(corpora.corpora->lengths(instance).source);
      sum.target += static_cast<double>(corpora.corpora->lengths(instance).target) / 2;
    }
    const auto count = static_cast<double>(instances.size());
    return ReferenceLengths{sum.source / count, sum.target / count};
  };
  const DocumentPlanner uniform(corpora, options(SamplingMode::kUniform)),
      annealed(corpora, options(SamplingMode::kAnnealed));
  EXPECT_DOUBLE_EQ(uniform.reference_lengths().source, means(uniform.instances(0)).source);
  EXPECT_DOUBLE_EQ(uniform.reference_lengths().target, means(uniform.instances(0)).target);
  // Annealed sampling begins with sentences; what counts is where it ends.
  EXPECT_DOUBLE_EQ(annealed.reference_lengths().source, uniform.reference_lengths().source);
}

TEST_F(DocumentPlans, CutValidationAlike) {
  const PlanContext corpora = context({1000});
  const DocumentPlanner uniform(corpora, options(SamplingMode::kUniform)),
      fixed(corpora, options(SamplingMode::kFixed));
  EXPECT_EQ(uniform.validation_instances(*corpora.corpora), fixed.instances(0));
}

}  // namespace
}  // namespace nmt::length_bias
