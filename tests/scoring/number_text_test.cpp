#include "nmt/scoring/number_text.h"

#include <gtest/gtest.h>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

TEST(NumberText, RoundsTheBinaryValue) {
  EXPECT_EQ(fixed(12.25, 1), "12.2");
  EXPECT_EQ(fixed(2.675, 2), "2.67");
  EXPECT_EQ(fixed(78.5, 0), "78");
  EXPECT_EQ(fixed(100.00000000000004, 20), "100.00000000000004263256");
  EXPECT_EQ(fixed(1e300, 3).size(), 305U);
  EXPECT_THROW(fixed(1, -1), Error);
}

TEST(NumberText, IsShortestAsInPython) {
  EXPECT_EQ(shortest(100), "100.0");
  EXPECT_EQ(shortest(34.5), "34.5");
  EXPECT_EQ(shortest(0), "0.0");
  EXPECT_EQ(shortest(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(shortest(0.0001), "0.0001");
  EXPECT_EQ(shortest(0.00001), "1e-05");
  EXPECT_EQ(shortest(1.5e-7), "1.5e-07");
  EXPECT_EQ(shortest(1e15), "1000000000000000.0");
  EXPECT_EQ(shortest(1e16), "1e+16");
}

}  // namespace
}  // namespace nmt::scoring
