#include "nmt/support/error.h"

#include <gtest/gtest.h>

namespace nmt {
namespace {

TEST(Error, SaysWhereWhatAndHowToMend) {
  EXPECT_STREQ(Error(FilePosition{"a.txt", 3}, "bad", "Do this.").what(),
               "a.txt:3: bad\n  Do this.");
  EXPECT_STREQ(Error(FilePosition{"a.txt"}, "bad").what(), "a.txt: bad");
  EXPECT_STREQ(Error("bad").what(), "bad");
}

}  // namespace
}  // namespace nmt
