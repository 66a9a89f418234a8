#include <gtest/gtest.h>

#include <cmath>

#include "golden.h"
#include "golden_fixture.h"
#include "nmt/scoring/numpy_random.h"
#include "nmt/scoring/significance.h"

namespace nmt::scoring::golden {
namespace {

using nlohmann::json;

std::string without_version(const std::string& signature) {
  return signature.substr(0, signature.find("|version:"));
}

void compare_stream(const json& theirs) {
  const RandomSeed seed = RandomSeed::parse(theirs["seed"].get<std::string>());
  NumpyGenerator generator(seed);
  for (const json& index : theirs["indices"])
    EXPECT_EQ(generator.next_below(theirs["size"].get<uint32_t>()), index.get<uint32_t>());
  NumpyBits bits(seed);
  for (const json& row : theirs["bits"]) {
    const auto words = bits.next(row.size());
    for (size_t i = 0; i < row.size(); ++i)
      EXPECT_EQ(words[i / 64] >> (i % 64) & 1, row[i].get<uint64_t>()) << i;
  }
}

/// What a paired test said about each system, p-values to the last bit.
void compare_outcomes(const MetricOutcome& ours, const json& theirs, double tolerance) {
  EXPECT_EQ(without_version(ours.signature.text()),
            without_version(theirs["signature"].get<std::string>()));
  ASSERT_EQ(ours.systems.size(), theirs["systems"].size());
  for (size_t i = 0; i < ours.systems.size(); ++i) {
    SCOPED_TRACE("system " + std::to_string(i));
    const SystemOutcome& here = ours.systems[i];
    const json& there = theirs["systems"][i];
    EXPECT_NEAR(here.score, there["score"].get<double>(), 1e-10);
    ASSERT_EQ(here.p_value.has_value(), !there["p_value"].is_null());
    if (here.p_value) {
      EXPECT_EQ(*here.p_value, there["p_value"].get<double>());
    }
    ASSERT_EQ(here.confidence.has_value(), !there["mean"].is_null());
    if (!here.confidence) continue;
    EXPECT_NEAR(here.confidence->mean, there["mean"].get<double>(), tolerance);
    EXPECT_NEAR(here.confidence->half_width, there["ci"].get<double>(), tolerance);
  }
}

}  // namespace

void compare_resampling(const std::string& folder, double tolerance) {
  const json fixture = read(folder, "resampling.json");
  for (const json& stream : fixture["streams"]) {
    SCOPED_TRACE("seed " + stream["seed"].dump() + ", size " + stream["size"].dump());
    compare_stream(stream);
  }
  const auto reference_streams = fixture["references"].get<std::vector<std::vector<std::string>>>();
  const auto hypotheses = fixture["systems"].get<std::vector<std::vector<std::string>>>();
  std::vector<SystemOutput> systems;
  for (const auto& lines : hypotheses) systems.push_back({"", lines});
  // NumPy 1 rounds less on the way.
  const double numpy_tolerance = fixture["numpy"].get<int>() >= 2 ? tolerance : 1e-4;
  for (const json& theirs : fixture["results"]) {
    SCOPED_TRACE(theirs["metric"].get<std::string>() + " " + theirs["options"].dump() +
                 ", references " + theirs["references"].dump() + ", seed " + theirs["seed"].dump());
    const std::vector<std::vector<std::string>> some(
        reference_streams.begin(),
        reference_streams.begin() + theirs["references"].get<std::ptrdiff_t>());
    const References references(some);
    const auto metric = make_metric(theirs["metric"].get<std::string>(), theirs["options"]);
    // Two threads, which must not change anything.
    const ResamplingOptions options{RandomSeed::parse(theirs["seed"].get<std::string>()),
                                    theirs["samples"].get<int>(), 2};
    const Score score = corpus_with_confidence(*metric, hypotheses[0], references, options);
    EXPECT_NEAR(score.confidence->mean, theirs["confidence"]["mean"].get<double>(),
                numpy_tolerance);
    EXPECT_NEAR(score.confidence->half_width, theirs["confidence"]["ci"].get<double>(),
                numpy_tolerance);
    EXPECT_EQ(without_version(score.signature.text()),
              without_version(theirs["signature"].get<std::string>()));
    const std::pair<const char*, PairedTest> tests[] = {
        {"bs", PairedTest::kBootstrap}, {"ar", PairedTest::kApproximateRandomization}};
    for (const auto& [key, test] : tests) {
      if (!theirs.contains(key)) continue;
      SCOPED_TRACE(key);
      compare_outcomes(compare_systems({metric.get()}, systems, references, test, options).front(),
                       theirs[key], numpy_tolerance);
    }
  }
}

}  // namespace nmt::scoring::golden
