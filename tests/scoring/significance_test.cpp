#include "nmt/scoring/significance.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/sample_mean.h"
#include "nmt/scoring/ter.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using Lines = std::vector<std::string>;

/// Translations of `references` with some words wrong.
Lines worsen(const Lines& references, unsigned percent, unsigned seed) {
  std::mt19937 random(seed);
  Lines worse = references;
  for (std::string& line : worse) {
    for (char& c : line) {
      if (c != ' ' && random() % 100 < percent) c = 'x';
    }
  }
  return worse;
}

Lines some_references() {
  std::mt19937 random(7);
  Lines lines(120);
  for (std::string& line : lines) {
    for (size_t i = 0, size = 20 + random() % 60; i < size; ++i)
      line += i % 4 == 3 ? ' ' : static_cast<char>('a' + random() % 20);
  }
  return lines;
}

class SignificanceTest : public testing::TestWithParam<PairedTest> {
 protected:
  std::vector<SystemOutcome> compare(
      const Metric& metric, const Lines& first, const Lines& second, int threads = 1,
      PairedConvention convention = PairedConvention::kSacrebleu) const {
    const std::vector<SystemOutput> systems = {{"first", first}, {"second", second}};
    return compare_systems({&metric}, systems, lines_, GetParam(),
                           {.samples = 300, .threads = threads}, convention)
        .front()
        .systems;
  }

  const Lines lines_ = some_references();
};

TEST_P(SignificanceTest, FindsNoDifferenceFromItself) {
  const Lines system = worsen(lines_, 20, 1);
  for (const Metric* metric :
       {static_cast<const Metric*>(new Bleu()), static_cast<const Metric*>(new Chrf()),
        static_cast<const Metric*>(new Ter())}) {
    const std::unique_ptr<const Metric> owned(metric);
    const auto outcomes = compare(*metric, system, system, 1, PairedConvention::kTwoSided);
    EXPECT_EQ(outcomes[0].p_value, std::nullopt);
    EXPECT_EQ(outcomes[1].p_value, 1.0);
    // As sacreBLEU has it: nothing is further apart than 0.
    EXPECT_EQ(compare(*metric, system, system)[1].p_value, 1.0 / 301);
  }
}

TEST_P(SignificanceTest, TellsLargeDifferencesFromSmallOnes) {
  const Lines system = worsen(lines_, 10, 1);
  for (const Metric* metric :
       {static_cast<const Metric*>(new Chrf()), static_cast<const Metric*>(new Ter())}) {
    const std::unique_ptr<const Metric> owned(metric);
    EXPECT_LT(*compare(*metric, system, worsen(lines_, 40, 2))[1].p_value, 0.01);
    EXPECT_GT(*compare(*metric, system, worsen(lines_, 10, 3))[1].p_value, 0.05);
  }
}

TEST_P(SignificanceTest, DoesNotDependOnThreads) {
  const Lines first = worsen(lines_, 10, 1);
  const Lines second = worsen(lines_, 11, 2);
  const auto one = compare(Chrf(), first, second);
  const auto many = compare(Chrf(), first, second, 7);
  EXPECT_EQ(one[1].p_value, many[1].p_value);
  EXPECT_EQ(one[1].confidence.has_value(), GetParam() == PairedTest::kBootstrap);
  if (one[1].confidence) {
    EXPECT_EQ(one[1].confidence->mean, many[1].confidence->mean);
  }
}

TEST_P(SignificanceTest, NeedsSomethingToCompare) {
  const Bleu bleu;
  const std::vector<SystemOutput> one = {{"first", lines_}};
  EXPECT_THROW(compare_systems({&bleu}, one, lines_, GetParam()), Error);
  const Lines few(3, "a");
  EXPECT_THROW(compare(bleu, few, few), Error);
}

INSTANTIATE_TEST_SUITE_P(Tests, SignificanceTest,
                         testing::Values(PairedTest::kBootstrap,
                                         PairedTest::kApproximateRandomization));

/// The p-value of the second system.
double p_value_of(const Metric& metric, const Lines& first, const Lines& second,
                  const Lines& references, PairedTest test, int samples,
                  PairedConvention convention) {
  const std::vector<SystemOutput> systems = {{"first", first}, {"second", second}};
  return *compare_systems({&metric}, systems, references, test, {.samples = samples}, convention)
              .front()
              .systems[1]
              .p_value;
}

double score_difference(const Metric& metric, const Lines& first, const Lines& second,
                        const Lines& references) {
  return metric.corpus(second, references).value - metric.corpus(first, references).value;
}

/// The randomization test with all ways to swap the first `different` segments instead of some:
/// segments behind these are the same in both systems.
double enumerate_randomization(const Metric& metric, const Lines& first, const Lines& second,
                               const Lines& references, size_t different) {
  const double observed = std::abs(score_difference(metric, first, second, references));
  int counted = 0;
  for (size_t swaps = 0; swaps < size_t{1} << different; ++swaps) {
    Lines a = first;
    Lines b = second;
    for (size_t i = 0; i < different; ++i)
      if ((swaps >> i & 1) != 0) std::swap(a[i], b[i]);
    if (std::abs(score_difference(metric, a, b, references)) > observed - 1e-7) ++counted;
  }
  return counted / std::pow(2.0, static_cast<double>(different));
}

/// Lines with a wrong word in each of some segments.
Lines with_errors(Lines lines, size_t begin, size_t end) {
  for (size_t i = begin; i < end; ++i) lines[i].replace(lines[i].rfind(' ') + 1, 1, "#");
  return lines;
}

/// Ten different words in each.
Lines equally_long_references(size_t count) {
  return Lines(count, "a b c d e f g h i j");
}

TEST(TwoSided, RandomizationFindsTheExactProbabilityOfFewDifferences) {
  const Lines references = some_references();
  constexpr int kTrials = 20000;
  const Bleu bleu;
  const Ter ter;
  for (const Metric* metric : {static_cast<const Metric*>(&bleu), static_cast<const Metric*>(&ter)})
    for (const size_t different : {1, 2, 4, 6}) {
      SCOPED_TRACE(metric->name() + ", " + std::to_string(different));
      const auto p_value = [&](const Lines& first, PairedConvention convention) {
        return p_value_of(*metric, first, references, references,
                          PairedTest::kApproximateRandomization, kTrials, convention);
      };
      const Lines worse = with_errors(references, 0, different);
      const double exact = std::pow(2.0, 1.0 - static_cast<double>(different));
      EXPECT_NEAR(enumerate_randomization(*metric, worse, references, references, different), exact,
                  1e-12);
      const double error = std::sqrt(exact * (1 - exact) / kTrials);
      EXPECT_NEAR(p_value(worse, PairedConvention::kTwoSided), exact, 4 * error + 1e-3);
      EXPECT_EQ(p_value(worse, PairedConvention::kSacrebleu), 1.0 / (kTrials + 1));
    }
}

TEST(TwoSided, RandomizationFindsTheExactProbabilityInBothDirections) {
  const Lines references = some_references();
  constexpr size_t kDifferent = 8;
  constexpr int kTrials = 20000;
  // Six segments are worse in the first system, two in the second.
  const Lines first = with_errors(references, 0, 6);
  const Lines second = with_errors(references, 6, kDifferent);
  const Chrf chrf;
  const Ter ter;
  for (const Metric* metric :
       {static_cast<const Metric*>(&chrf), static_cast<const Metric*>(&ter)}) {
    SCOPED_TRACE(metric->name());
    const double exact = enumerate_randomization(*metric, first, second, references, kDifferent);
    EXPECT_GT(exact, 0.05);
    EXPECT_NEAR(
        p_value_of(*metric, first, second, references, PairedTest::kApproximateRandomization,
                   kTrials, PairedConvention::kTwoSided),
        exact, 4 * std::sqrt(exact * (1 - exact) / kTrials));
  }
}

TEST(TwoSided, BootstrapHasBothTailsOfANormalDifference) {
  // One error in each of 60 and of 40 segments. Of errors that a resample has in the first system
  // more than in the second, the mean is 20 and the deviation sqrt(400 (1/4 - 1/400)) = 9.95; so
  // the observed difference is 2.01 deviations, and its two-sided p 0.044, or, in whole numbers,
  // 2 P(Z > 19.5 / 9.95) = 0.050.
  const Lines references = equally_long_references(400);
  const Lines first = with_errors(references, 0, 60);
  const Lines second = with_errors(references, 60, 100);
  const Ter ter;
  EXPECT_NEAR(score_difference(ter, first, second, references), -100.0 * 20 / 4000, 1e-9);
  const auto p_value = [&](PairedConvention convention) {
    return p_value_of(ter, first, second, references, PairedTest::kBootstrap, 20000, convention);
  };
  EXPECT_NEAR(p_value(PairedConvention::kTwoSided), 0.047, 0.008);
  EXPECT_NEAR(p_value(PairedConvention::kSacrebleu), 0.0235, 0.005);
}

TEST(TwoSided, BootstrapCountsWhatAPlainLoopCounts) {
  const Lines references = some_references();
  const Lines first = worsen(references, 10, 1);
  const Bleu bleu;
  for (const unsigned seed : {2U, 3U, 4U}) {
    SCOPED_TRACE(seed);
    const Lines second = worsen(references, 11, seed);
    const Statistics first_counts = bleu.statistics(first, references);
    const Statistics second_counts = bleu.statistics(second, references);
    constexpr int kResamples = 2000;
    std::mt19937 random(seed);
    std::vector<double> differences(kResamples);
    double mean = 0;
    for (double& difference : differences) {
      std::vector<double> first_sums(first_counts.width);
      std::vector<double> second_sums(first_counts.width);
      for (size_t i = 0; i < references.size(); ++i) {
        const size_t drawn = random() % references.size();
        for (size_t column = 0; column < first_counts.width; ++column) {
          first_sums[column] += first_counts.row(drawn)[column];
          second_sums[column] += second_counts.row(drawn)[column];
        }
      }
      difference = bleu.value(std::span<const double>(second_sums)) -
                   bleu.value(std::span<const double>(first_sums));
      mean += difference / kResamples;
    }
    const double observed = std::abs(score_difference(bleu, first, second, references));
    const auto counted =
        std::count_if(differences.begin(), differences.end(),
                      [&](double difference) { return std::abs(difference - mean) >= observed; });
    const double expected = (1.0 + static_cast<double>(counted)) / (kResamples + 1);
    // Other random numbers.
    const double error = std::sqrt(2 * expected * (1 - expected) / kResamples);
    EXPECT_NEAR(p_value_of(bleu, first, second, references, PairedTest::kBootstrap, kResamples,
                           PairedConvention::kTwoSided),
                expected, 4 * error + 2e-3);
  }
}

TEST(Confidence, HoldsTheScore) {
  const Lines lines = some_references();
  const Score score = corpus_with_confidence(Bleu(), worsen(lines, 15, 4), lines);
  ASSERT_TRUE(score.confidence);
  EXPECT_NEAR(score.confidence->mean, score.value, score.confidence->half_width);
  EXPECT_GT(score.confidence->half_width, 0);
  EXPECT_NE(score.signature.text().find("nrefs:1|bs:1000|seed:12345|case"), std::string::npos);
  EXPECT_THROW(corpus_with_confidence(Bleu(), Lines(), Lines()), Error);
}

TEST(SampleMean, IsExact) {
  EXPECT_EQ(exact_mean(std::vector<double>{1, 2, 4}), 7.0 / 3);
  // In doubles the small ones would be lost.
  std::vector<double> values(1000, 1e-20);
  values.push_back(1001);
  EXPECT_EQ(exact_mean(values), 1);
  EXPECT_EQ(exact_mean(std::vector<double>{0.1, 0.2, 0.3}), 0.2);
  EXPECT_EQ(exact_mean(std::vector<double>{0, 0}), 0);
  EXPECT_EQ(exact_mean(std::vector<double>{5e-324, 5e-324}), 5e-324);
  EXPECT_EQ(exact_mean(std::vector<double>{5e-324, 0, 0}), 0);
  EXPECT_EQ(exact_mean(std::vector<double>{1e300, 3e300}), 2e300);
}

TEST(SampleMean, AddsInNumpysOrder) {
  // numpy.mean(numpy.float32(1) / numpy.arange(1, 1001, dtype="float32"))
  std::vector<float> values;
  for (int i = 1; i <= 1000; ++i) values.push_back(1.0F / static_cast<float>(i));
  EXPECT_EQ(numpy_mean<float>(values), 0x1.ea91600000000p-8F);
}

}  // namespace
}  // namespace nmt::scoring
