#include "nmt/training/schedule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nmt {
namespace {

ScheduleOptions options(ScheduleKind kind) {
  return {.kind = kind, .lr = 1e-3, .warmup = 100, .warmup_lr = 1e-7, .min_lr = 1e-5};
}

TEST(Schedule, WarmUpGrowsInAStraightLine) {
  for (const auto kind : {ScheduleKind::kInverseSqrt, ScheduleKind::kLinear, ScheduleKind::kCosine,
                          ScheduleKind::kConstant}) {
    EXPECT_DOUBLE_EQ(learning_rate(options(kind), 50, 1000), 1e-7 + (1e-3 - 1e-7) * 0.5);
    EXPECT_DOUBLE_EQ(learning_rate(options(kind), 100, 1000), 1e-3);
  }
}

TEST(Schedule, AfterThePeak) {
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kInverseSqrt), 400, 1000),
                   1e-3 * std::sqrt(100.0 / 400.0));
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kLinear), 550, 1000),
                   1e-5 + (1e-3 - 1e-5) * 0.5);
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kCosine), 550, 1000),
                   1e-5 + (1e-3 - 1e-5) * 0.5);
  EXPECT_NEAR(learning_rate(options(ScheduleKind::kCosine), 325, 1000),
              1e-5 + (1e-3 - 1e-5) * 0.5 * (1 + std::sqrt(0.5)), 1e-12);
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kConstant), 999, 1000), 1e-3);
}

TEST(Schedule, NeverBelowItsFloor) {
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kInverseSqrt), 100000000, 1000), 1e-5);
  EXPECT_DOUBLE_EQ(learning_rate(options(ScheduleKind::kLinear), 1000, 1000), 1e-5);
  EXPECT_NEAR(learning_rate(options(ScheduleKind::kCosine), 5000, 1000), 1e-5, 1e-15);
}

TEST(Schedule, NoWarmUp) {
  ScheduleOptions o = options(ScheduleKind::kInverseSqrt);
  o.warmup = 0;
  EXPECT_DOUBLE_EQ(learning_rate(o, 1, 1000), 1e-3);
  EXPECT_DOUBLE_EQ(learning_rate(o, 4, 1000), 5e-4);
}

}  // namespace
}  // namespace nmt
