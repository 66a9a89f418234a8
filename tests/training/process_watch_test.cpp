#include "nmt/training/process_watch.h"

#include <gtest/gtest.h>

namespace nmt {
namespace {

using Clock = ProcessJudge::Clock;
using std::chrono::seconds;

// A judge with a limit of ten seconds, and a clock that the test sets.
class Judge {
 public:
  std::optional<MissingProcess> after(int64_t time, std::vector<ProcessStatus> others,
                                      int64_t progress = 0, int64_t waiting_since = -1) {
    KnownProcesses known;
    for (size_t i = 0; i < others.size(); ++i) known[static_cast<int64_t>(i) + 1] = others[i];
    const auto since =
        waiting_since < 0 ? std::nullopt : std::optional(start_ + seconds(waiting_since));
    return judge_.judge(known, progress, since, start_ + seconds(time));
  }

 private:
  Clock::time_point start_ = Clock::now();
  ProcessJudge judge_{seconds(10)};
};

TEST(ProcessJudge, NamesAProcessThatFallsSilent) {
  Judge judge;
  EXPECT_FALSE(judge.after(0, {{.beat = 1}, {.beat = 1}}));
  EXPECT_FALSE(judge.after(9, {{.beat = 2}, {.beat = 1}}));
  const auto missing = judge.after(11, {{.beat = 3}, {.beat = 1}});
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->rank, 2);
  EXPECT_NE(missing->reason.find("10 s"), std::string::npos);
}

TEST(ProcessJudge, NamesAProcessThatNeverCame) {
  ProcessJudge judge(seconds(10));
  const auto start = Clock::now();
  EXPECT_FALSE(judge.judge({{1, std::nullopt}}, 0, std::nullopt, start));
  EXPECT_FALSE(judge.judge({{1, std::nullopt}}, 0, std::nullopt, start + seconds(5)));
  const auto missing = judge.judge({{1, std::nullopt}}, 0, std::nullopt, start + seconds(10));
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->rank, 1);
}

TEST(ProcessJudge, NamesTheProcessThatLetsTheOthersWait) {
  Judge judge;
  // Process 1 waits as this one does; process 2 has not come to the third wait yet.
  const auto others = [](int64_t beat) {
    return std::vector<ProcessStatus>{{.beat = beat, .progress = 3}, {.beat = beat, .progress = 2}};
  };
  EXPECT_FALSE(judge.after(0, others(1), 3, 0));
  EXPECT_FALSE(judge.after(9, others(2), 3, 0));
  const auto missing = judge.after(10, others(3), 3, 0);
  ASSERT_TRUE(missing);
  EXPECT_EQ(missing->rank, 2);
  // Without a wait nobody is late.
  EXPECT_FALSE(judge.after(12, others(4), 3));
}

TEST(ProcessJudge, SaysWhenNoProcessIsLate) {
  Judge judge;
  EXPECT_FALSE(judge.after(0, {{.beat = 1, .progress = 3}}, 3, 0));
  EXPECT_FALSE(judge.after(9, {{.beat = 2, .progress = 3}}, 3, 0));
  EXPECT_FALSE(judge.after(18, {{.beat = 3, .progress = 3}}, 3, 0));
  const auto missing = judge.after(20, {{.beat = 4, .progress = 3}}, 3, 0);
  ASSERT_TRUE(missing);
  EXPECT_FALSE(missing->rank);
}

TEST(ProcessJudge, BlamesNobodyForItsOwnPause) {
  Judge judge;
  EXPECT_FALSE(judge.after(0, {{.beat = 1, .progress = 2}}, 3, 0));
  EXPECT_FALSE(judge.after(100, {{.beat = 1, .progress = 2}}, 3, 0));
  EXPECT_FALSE(judge.after(109, {{.beat = 1, .progress = 2}}, 3, 0));
  EXPECT_TRUE(judge.after(110, {{.beat = 1, .progress = 2}}, 3, 0));
}

}  // namespace
}  // namespace nmt
