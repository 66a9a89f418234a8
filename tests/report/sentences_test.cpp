#include "nmt/report/sentences.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "nmt/report/charts.h"

namespace nmt::report {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Marked pieces in brackets.
std::string shown(const std::vector<MarkedText>& pieces) {
  std::string all;
  for (const MarkedText& piece : pieces)
    all += piece.differs ? "[" + std::string(piece.text) + "]" : std::string(piece.text);
  return all;
}

TEST(WordDifference, MarksWhatIsNotCommon) {
  const WordDifference words =
      find_word_difference("the small black dog runs.", "the dog runs quickly .");
  EXPECT_EQ(shown(words.first), "the [small black] dog runs.");
  EXPECT_EQ(shown(words.second), "the dog runs [quickly] .");
}

TEST(WordDifference, KeepsWhiteSpaceAndEmptyTexts) {
  EXPECT_EQ(shown(find_word_difference(" a  b ", " a  c ").second), " a  [c] ");
  EXPECT_EQ(shown(find_word_difference("", "x y").second), "[x y]");
  EXPECT_THAT(find_word_difference("", "x").first, IsEmpty());
  EXPECT_EQ(shown(find_word_difference("我们去", "我去").first), "我[们]去");
}

TEST(WordDifference, ComparesLongTextsAtTheirEnds) {
  std::string first = "start ";
  std::string second = "start ";
  for (int i = 0; i < 3000; ++i) {
    first += "a" + std::to_string(i) + " ";
    second += "b" + std::to_string(i) + " ";
  }
  first += "end";
  second += "end";
  const WordDifference words = find_word_difference(first, second);
  EXPECT_EQ(words.first.front().text, "start");
  EXPECT_EQ(words.first.back().text, "end");
  EXPECT_FALSE(words.first.back().differs);
}

TEST(Extremes, GreatestFirstAndNoneUnchanged) {
  const std::vector<double> before = {10, 20, 30, 40, 50, 60};
  const std::vector<double> after = {15, 20, 20, 60, 49, 65};
  const ExtremeSegments extremes = find_extremes(before, after, 2);
  EXPECT_THAT(extremes.improved, ElementsAre(3, 0));  // of two equal ones the earlier
  EXPECT_THAT(extremes.worsened, ElementsAre(2, 4));
  EXPECT_THAT(find_extremes(before, before, 2).improved, IsEmpty());
}

TEST(Histogram, CountsEachDifferenceOnce) {
  const std::vector<double> before(6, 50);
  const std::vector<double> after = {50, 52, 49, 30, 54, 51};
  const DifferenceHistogram histogram = count_differences(before, after);
  EXPECT_EQ(histogram.bin_width, 2);
  EXPECT_EQ(histogram.first_bound, -20);
  EXPECT_EQ(histogram.unchanged, 1U);
  ASSERT_EQ(histogram.counts.size(), 20U);
  EXPECT_EQ(histogram.counts[0], 1U);   // -20
  EXPECT_EQ(histogram.counts[9], 1U);   // -1
  EXPECT_EQ(histogram.counts[10], 2U);  // 1 and 2
  EXPECT_EQ(histogram.counts[11], 1U);  // 4
  EXPECT_THAT(count_differences(before, before).counts, IsEmpty());
}

TEST(Charts, RoundTicks) {
  EXPECT_THAT(round_ticks(0, 9000, 5), ElementsAre(0, 2000, 4000, 6000, 8000, 10000));
  EXPECT_THAT(round_ticks(24.9, 40.1, 4), ElementsAre(20, 25, 30, 35, 40, 45));
  EXPECT_GE(round_ticks(3, 3, 5).size(), 2U);
}

}  // namespace
}  // namespace nmt::report
