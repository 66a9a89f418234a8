#include "nmt/report/tables.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nmt/scoring/scoring.h"
#include "tests/report/small_comparison.h"

namespace nmt::report {
namespace {

using ::testing::HasSubstr;

/// Numbers chosen by hand, which no test set gives.
Comparison worked_comparison() {
  scoring::MetricOutcome bleu{.name = "BLEU", .signature = {}, .systems = {}};
  bleu.signature.fields = {{"nrefs", "#", "1"}};
  bleu.systems = {{"base_1", 40.0, {}, scoring::ConfidenceInterval{40.1, 1.25}},
                  {"ours", 41.5, 0.0123, scoring::ConfidenceInterval{41.4, 1.5}}};
  scoring::MetricOutcome ter = bleu;
  ter.name = "TER";
  ter.systems[1].score = 39.0;
  ter.systems[1].p_value = 0.5;
  return {scoring::PairedTest::kBootstrap, 1000, {{"test_1", 1000, {bleu, ter}}}};
}

ComparedSystems worked_systems() {
  ComparedSystems compared = testing::small_systems();
  compared.systems[0].name = "base_1";
  compared.systems[1].name = "ours";
  return compared;
}

TEST(Tables, Text) {
  const std::string text = to_text(worked_comparison(), worked_systems());
  EXPECT_THAT(text, HasSubstr("test_1 (1000 segments)\n"
                              "metric  system  score  95 % interval  difference       p\n"
                              "BLEU ↑  base_1  40.00  38.85 – 41.35\n"
                              "        ours    41.50  39.90 – 42.90       +1.50  0.0123  *\n"
                              "TER ↓   base_1  40.00  38.85 – 41.35\n"
                              "        ours    39.00  39.90 – 42.90       -1.00  0.5000\n"));
  EXPECT_THAT(text, HasSubstr("base_1  best         2,096,128    9,415     16,245,678"
                              "            5,891\n"
                              "ours    average              –        –              –"
                              "                –\n"));
  EXPECT_THAT(text, HasSubstr("from base_1, two-sided, by paired bootstrap resampling, 1000"));
  EXPECT_THAT(text, HasSubstr("\nBLEU nrefs:1\nTER nrefs:1\n"));
}

TEST(Tables, Markdown) {
  const std::string text = to_markdown(worked_comparison(), worked_systems());
  EXPECT_THAT(text, HasSubstr("| system | BLEU ↑ | TER ↓ |\n| --- | ---: | ---: |\n"
                              "| base\\_1 | 40.00 ± 1.25 | 40.00 ± 1.25 |\n"
                              "| ours | 41.50 ± 1.50 (+1.50, p = 0.0123)\\* |"
                              " 39.00 ± 1.50 (-1.00, p = 0.5000) |\n"));
}

TEST(Tables, Latex) {
  const std::string text = to_latex(worked_comparison(), worked_systems());
  EXPECT_THAT(text, HasSubstr("\\begin{tabular}{lrr}\n\\toprule\n"
                              " & \\multicolumn{2}{c}{test\\_1} \\\\\n\\cmidrule(lr){2-3}\n"
                              "System & BLEU$\\uparrow$ & TER$\\downarrow$ \\\\\n\\midrule\n"));
  EXPECT_THAT(text, HasSubstr("ours & 41.50 {\\footnotesize$\\pm$1.50}$^{*}$ & "
                              "39.00 {\\footnotesize$\\pm$1.50} \\\\\n\\bottomrule"));
}

TEST(Tables, JsonIsExactAndComplete) {
  const ComparedSystems compared = testing::small_systems();
  const TestSet& set = compared.sets[0];
  const auto json =
      nlohmann::json::parse(to_json(compare(compared, testing::small_options()), compared));
  const scoring::Bleu bleu;
  const scoring::Chrf chrf;
  const scoring::Ter ter;
  const auto outcomes = compare_systems(
      {&bleu, &chrf, &ter}, {{"a", set.outputs[0]}, {"b", set.outputs[1]}}, set.references,
      scoring::PairedTest::kBootstrap, {.samples = 50}, scoring::PairedConvention::kTwoSided);
  ASSERT_EQ(json["sets"].size(), 2U);
  ASSERT_EQ(json["sets"][0]["metrics"].size(), 3U);
  for (size_t m = 0; m < 3; ++m) {
    const auto& metric = json["sets"][0]["metrics"][m];
    EXPECT_EQ(metric["signature"], outcomes[m].signature.text());
    for (size_t s = 0; s < 2; ++s) {
      EXPECT_EQ(metric["systems"][s]["score"], outcomes[m].systems[s].score);
      EXPECT_EQ(metric["systems"][s]["half_width"], outcomes[m].systems[s].confidence->half_width);
    }
    EXPECT_FALSE(metric["systems"][0].contains("p_value"));
    EXPECT_EQ(metric["systems"][1]["p_value"], *outcomes[m].systems[1].p_value);
  }
  EXPECT_EQ(json["p_values"], "two-sided");
  EXPECT_EQ(json["systems"][0]["parameters"], 2096128);
  EXPECT_TRUE(json["systems"][1]["parameters"].is_null());
}

TEST(Tables, NamesNeedNotBeUtf8) {
  ComparedSystems compared = testing::small_systems();
  compared.systems[1].name = "a\xff.de";
  const auto json =
      nlohmann::json::parse(to_json(compare(compared, testing::small_options()), compared));
  EXPECT_EQ(json["systems"][1]["name"], "a\uFFFD.de");
}

TEST(Tables, RandomizationHasTheIntervalsOfTheBootstrap) {
  const ComparedSystems compared = testing::small_systems();
  ComparisonOptions options = testing::small_options();
  options.test = scoring::PairedTest::kApproximateRandomization;
  const Comparison comparison = compare(compared, options);
  const scoring::Bleu bleu;
  const TestSet& set = compared.sets[0];
  const auto& system = comparison.sets[0].metrics[0].systems[1];
  EXPECT_EQ(system.confidence->half_width,
            corpus_with_confidence(bleu, set.outputs[1], set.references).confidence->half_width);
  EXPECT_TRUE(system.p_value.has_value());
  EXPECT_THAT(to_text(comparison, compared), HasSubstr("approximate randomization, 50 trials"));
}

TEST(Comparison, EqualSystemsDoNotDiffer) {
  ComparedSystems compared = testing::small_systems();
  for (TestSet& set : compared.sets) set.outputs[1] = set.outputs[0];
  for (const auto test :
       {scoring::PairedTest::kBootstrap, scoring::PairedTest::kApproximateRandomization}) {
    ComparisonOptions options = testing::small_options();
    options.test = test;
    const Comparison comparison = compare(compared, options);
    for (const SetComparison& set : comparison.sets)
      for (const scoring::MetricOutcome& metric : set.metrics)
        EXPECT_EQ(metric.systems[1].p_value, 1.0) << metric.name;
    EXPECT_THAT(to_text(comparison, compared), HasSubstr("  0.00  1.0000\n"));
  }
}

TEST(Comparison, SaysHowPIsComputed) {
  Comparison comparison = worked_comparison();
  EXPECT_THAT(to_text(comparison, worked_systems()),
              HasSubstr("\np = (c + 1) / (n + 1), where c of n resamples have a difference"));
  EXPECT_THAT(to_text(comparison, worked_systems()), HasSubstr("nmt score --paired-bs"));
  comparison.test = scoring::PairedTest::kApproximateRandomization;
  EXPECT_THAT(to_text(comparison, worked_systems()), HasSubstr("where c of n trials, in which"));
  EXPECT_THAT(to_text(comparison, worked_systems()), HasSubstr("nmt score --paired-ar"));
}

TEST(Comparison, Stars) {
  EXPECT_EQ(stars(0.05), "");
  EXPECT_EQ(stars(0.0499), "*");
  EXPECT_EQ(stars(0.01), "*");
  EXPECT_EQ(stars(0.0099), "**");
}

TEST(Tables, SignedNumbers) {
  EXPECT_EQ(signed_number(0.5, 1), "+0.5");
  EXPECT_EQ(signed_number(-0.5, 1), "-0.5");
  EXPECT_EQ(signed_number(-0.001, 2), "0.00");
}

}  // namespace
}  // namespace nmt::report
