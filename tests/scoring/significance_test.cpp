#include "nmt/scoring/significance.h"

#include <gtest/gtest.h>

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
  std::vector<SystemOutcome> compare(const Metric& metric, const Lines& first, const Lines& second,
                                     int threads = 1) const {
    const std::vector<SystemOutput> systems = {{"first", first}, {"second", second}};
    return compare_systems({&metric}, systems, lines_, GetParam(),
                           {.samples = 300, .threads = threads})
        .front()
        .systems;
  }

  const Lines lines_ = some_references();
};

TEST_P(SignificanceTest, FindsNoDifferenceFromItself) {
  const Lines system = worsen(lines_, 20, 1);
  const auto outcomes = compare(Bleu(), system, system);
  EXPECT_EQ(outcomes[0].p_value, std::nullopt);
  EXPECT_EQ(outcomes[1].p_value, 1.0 / 301);  // nothing is further apart than 0
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
