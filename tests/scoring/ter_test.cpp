#include "nmt/scoring/ter.h"

#include <gtest/gtest.h>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using Lines = std::vector<std::string>;

double ter(const std::string& hypothesis, const std::string& reference,
           TercomOptions options = {}) {
  return Ter(options).corpus(Lines{hypothesis}, Lines{reference}).value;
}

TEST(Ter, DividesEditsByReferenceWords) {
  EXPECT_DOUBLE_EQ(ter("a b c d", "a b c d"), 0);
  EXPECT_DOUBLE_EQ(ter("a b c", "a b c d"), 25);
  EXPECT_DOUBLE_EQ(ter("c d a b", "a b c d"), 25);  // one move
  EXPECT_DOUBLE_EQ(ter("a b c d e f g h", "x y"), 400);
}

TEST(Ter, CopesWithEmptySides) {
  EXPECT_EQ(ter("", ""), 0);
  EXPECT_EQ(ter("a", ""), 100);
  EXPECT_EQ(ter("", "a"), 100);
}

TEST(Ter, TakesTheBestReferenceAndTheMeanLength) {
  const std::vector<Lines> references = {{"a b c d"}, {"a x"}};
  const Statistics statistics = Ter().statistics(Lines{"a b c"}, References(references));
  EXPECT_EQ(statistics.values, (std::vector<double>{1, 3}));
}

TEST(Ter, IgnoresCaseUnlessTold) {
  EXPECT_EQ(ter("A b", "a B"), 0);
  EXPECT_EQ(ter("A b", "a B", {.case_sensitive = true}), 100);
}

TEST(Tercom, SplitsAndDeletesPunctuation) {
  EXPECT_EQ(prepare_for_ter("It's Ann's, 1,000.5 &amp; 5-6!", {}),
            "it's ann's, 1,000.5 &amp; 5-6!");
  EXPECT_EQ(prepare_for_ter("It's (Ann's) end's", {.normalized = true}), "it 's ( ann 's ) end 's");
  EXPECT_EQ(prepare_for_ter("a, 1,000 &lt;b&gt; 5-6!", {.normalized = true}),
            "a , 1,000 < b > 5 - 6 !");
  EXPECT_EQ(prepare_for_ter("(a, b): \"c\"!", {.no_punctuation = true}), "a b c");
  EXPECT_EQ(prepare_for_ter("你好，世界", {.normalized = true, .asian_support = true}),
            "你 好 ， 世 界");
  EXPECT_EQ(prepare_for_ter("你好，世界", {.no_punctuation = true, .asian_support = true}),
            "你好世界");
  EXPECT_EQ(prepare_for_ter("", {.normalized = true}), "");
}

TEST(Ter, SaysHowItWasComputed) {
  const Score score =
      Ter({.normalized = true, .no_punctuation = true}).corpus(Lines{"a"}, Lines{"a"});
  EXPECT_NE(score.signature.text().find("case:lc|tok:tercom|norm:yes|punct:no|asian:no|"),
            std::string::npos);
}

}  // namespace
}  // namespace nmt::scoring
