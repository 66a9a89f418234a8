#include "nmt/support/progress.h"

#include <gtest/gtest.h>

namespace nmt {
namespace {

TEST(Progress, ShortNumbers) {
  EXPECT_EQ(short_number(0), "0");
  EXPECT_EQ(short_number(999), "999");
  EXPECT_EQ(short_number(1000), "1.00k");
  EXPECT_EQ(short_number(12345), "12.3k");
  EXPECT_EQ(short_number(999600), "1.00M");
  EXPECT_EQ(short_number(3.45e9), "3.45G");
}

TEST(Progress, ShortDurations) {
  EXPECT_EQ(short_duration(0.4), "0:00");
  EXPECT_EQ(short_duration(123), "2:03");
  EXPECT_EQ(short_duration(3723), "1:02:03");
}

TEST(Progress, OutsideATerminalItWritesPlainLines) {
  testing::internal::CaptureStderr();
  {
    Progress progress("counting", 10, "lines");
    for (int i = 0; i < 10; ++i) progress.advance();
  }
  const std::string output = testing::internal::GetCapturedStderr();
  EXPECT_EQ(output.find('\r'), std::string::npos);
}

}  // namespace
}  // namespace nmt
