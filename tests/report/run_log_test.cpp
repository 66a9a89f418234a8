#include "nmt/report/run_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmt/report/run_page.h"
#include "nmt/report/run_sections.h"
#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/report/small_log.h"
#include "tests/temporary_folder.h"

namespace nmt::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

RunLog read(const std::string& content) {
  const TemporaryFolder folder;
  return read_run_log(folder.write("train.jsonl", content));
}

std::vector<int64_t> updates_of(const Curve& curve) {
  std::vector<int64_t> updates;
  for (const CurvePoint& point : curve) updates.push_back(point.update);
  return updates;
}

std::vector<int64_t> updates_of(const std::vector<NotedUpdate>& noted) {
  std::vector<int64_t> updates;
  for (const NotedUpdate& each : noted) updates.push_back(each.update);
  return updates;
}

TEST(RunLog, ReadsEveryEvent) {
  const RunLog log = read(testing::small_log());
  EXPECT_THAT(updates_of(*log.find_training("loss")), ElementsAre(10, 20, 30));
  EXPECT_EQ(log.find_training("kl")->at(1).value, 0.25);
  EXPECT_EQ(log.find_validation("bleu")->at(1).value, 12.25);
  EXPECT_EQ(log.find_validation("lr"), nullptr);
  ASSERT_EQ(log.starts.size(), 2U);
  EXPECT_EQ(log.starts[1].update, 20);
  EXPECT_EQ(log.starts[1].threads, 4);
  ASSERT_EQ(log.skipped.size(), 1U);
  EXPECT_THAT(log.skipped[0].pairs, ElementsAre(4, 5, 6));
  EXPECT_THAT(updates_of(log.worst), ElementsAre(1, 12, 18, 29));
  EXPECT_EQ(log.worst[1].line_update, 20);
  EXPECT_EQ(log.worst[1].interval_loss, 4.0);
  EXPECT_EQ(log.worst[1].pair_count, 3);
  EXPECT_THAT(log.signatures,
              ElementsAre("BLEU nrefs:1|tok:13a", "chrF2 nrefs:1|nc:6", "BLEU nrefs:1|tok:<zh>"));
}

TEST(RunLog, WhatIsNotFiniteIsMissing) {
  EXPECT_THAT(updates_of(*read(testing::small_log()).find_training("ppl")), ElementsAre(20, 30));
}

TEST(RunLog, FollowsEachSample) {
  const RunLog log = read(testing::small_log());
  ASSERT_EQ(log.samples.size(), 2U);
  EXPECT_EQ(log.samples[0].reference, "the dog");
  ASSERT_EQ(log.samples[0].versions.size(), 3U);
  EXPECT_EQ(log.samples[0].versions[1].translation, "the cat");
  EXPECT_EQ(log.samples[0].versions[2].update, 30);
  EXPECT_EQ(log.samples[1].sentence, 7);
}

TEST(RunLog, OldLogsHaveCurvesOnly) {
  const RunLog log = read(R"({"event":"train","update":100,"loss":2})"
                          "\n"
                          R"({"event":"valid","update":100,"loss":3})"
                          "\n"
                          R"({"event":"unheard of","update":100})"
                          "\n");
  EXPECT_EQ(log.find_training("loss")->size(), 1U);
  EXPECT_THAT(log.samples, IsEmpty());
  EXPECT_THAT(log.worst, IsEmpty());
}

// A killed process may leave any part of the last line.
TEST(RunLog, AnUnfinishedLastLineIsPassedOver) {
  const std::string content = testing::small_log();
  const size_t last_line = content.rfind('\n', content.size() - 2) + 1;
  for (size_t size = last_line; size + 2 < content.size(); ++size)
    EXPECT_EQ(read(content.substr(0, size)).find_validation("loss")->size(), 2U) << size;
  // Only its end of line is missing.
  EXPECT_EQ(read(content.substr(0, content.size() - 1)).find_validation("loss")->size(), 3U);
}

TEST(RunLog, AnyOtherDamageIsNamedWithItsLine) {
  const TemporaryFolder folder;
  std::string content = testing::small_log();
  const size_t second_line = content.find('\n') + 1;
  for (const char* damage : {"{\"event\":\"tr\n", "[]\n", "\n", "{\"event\":\"train\"}\n",
                             "{\"event\":\"skipped\",\"update\":3,\"pairs\":\"no\"}\n"}) {
    std::string damaged = content;
    damaged.insert(second_line, damage);
    const std::string file = folder.write("train.jsonl", damaged);
    EXPECT_THAT(message_of([&] { read_run_log(file); }), HasSubstr(file + ":2: damaged")) << damage;
  }
  EXPECT_THROW(read_run_log(folder.file("nowhere")), Error);
}

TEST(RunLog, TheBestValidationIsByTheMetric) {
  const RunLog log = read(testing::small_log());
  EXPECT_EQ(best_validation(log, "bleu")->update, 20);
  EXPECT_EQ(best_validation(log, "chrf")->update, 30);
  EXPECT_EQ(best_validation(log, "loss")->update, 30);
  EXPECT_FALSE(best_validation(RunLog(), "loss"));
}

TEST(RunSections, OutstandingUpdatesExceedTheMeanOfTheirLine) {
  const RunLog log = read(testing::small_log());
  // By loss 12 (× 1.25), 18, 29; by norm 18 (× 4), 12 and 29 (× 1.5). Update 1 is of the first
  // line.
  EXPECT_THAT(updates_of(outstanding_updates(log.worst, 3)), ElementsAre(12, 18, 29));
  EXPECT_THAT(updates_of(outstanding_updates(log.worst, 1)), ElementsAre(12, 18));
  EXPECT_THAT(updates_of(outstanding_updates({log.worst.front()}, 3)), ElementsAre(1));
  EXPECT_THAT(outstanding_updates({}, 3), IsEmpty());
}

TEST(RunSections, SpreadTakesBothEnds) {
  EXPECT_THAT(spread(3, 5), ElementsAre(0, 1, 2));
  EXPECT_THAT(spread(101, 5), ElementsAre(0, 25, 50, 75, 100));
  EXPECT_THAT(spread(0, 5), IsEmpty());
  EXPECT_THAT(spread(7, 1), ElementsAre(6));
}

TEST(RunSections, ThinnedCurvesKeepOutliersAndEnds) {
  Curve curve;
  for (int64_t update = 0; update < 10'000; ++update) curve.push_back({update, 1});
  curve[4321].value = 50;
  curve[8765].value = -50;
  const Curve thin = thinned(curve, 100);
  EXPECT_LE(thin.size(), 102U);
  const std::vector<int64_t> updates = updates_of(thin);
  EXPECT_TRUE(std::is_sorted(updates.begin(), updates.end()));
  EXPECT_THAT(updates, ::testing::IsSupersetOf({0, 4321, 8765, 9999}));
  EXPECT_EQ(thinned(thin, 200).size(), thin.size());
}

}  // namespace
}  // namespace nmt::report
