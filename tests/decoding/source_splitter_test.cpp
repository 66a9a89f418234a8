#include "nmt/decoding/source_splitter.h"

#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace nmt {
namespace {

// Ids of a small vocabulary: a word's first piece, a later piece, a full stop.
constexpr int32_t kWord = 0, kInside = 1, kStop = 2;
const std::vector<Break> kBreaks = break_table({"\u2581house", "s", "."});

TEST(SourceSplitter, ReadsBreaksFromPieces) {
  EXPECT_TRUE(kBreaks[kWord].starts_word);
  EXPECT_FALSE(kBreaks[kInside].starts_word);
  EXPECT_FALSE(kBreaks[kInside].ends_sentence);
  EXPECT_TRUE(kBreaks[kStop].ends_sentence);
  const std::vector<Break> others = break_table({"。", "\u2581?", "x!"});
  EXPECT_TRUE(others[0].ends_sentence);
  EXPECT_TRUE(others[1].ends_sentence && others[1].starts_word);
  EXPECT_TRUE(others[2].ends_sentence);
}

TEST(SourceSplitter, LeavesShortSourcesWhole) {
  EXPECT_EQ(split_source({kWord, kWord}, 2, kBreaks), (std::vector<Span>{{0, 2}}));
  EXPECT_TRUE(split_source({}, 2, kBreaks).empty());
}

TEST(SourceSplitter, PrefersSentenceEndsThenWordsThenAnything) {
  //                                  0      1      2     3      4        5
  const std::vector<int32_t> text = {kWord, kStop, kWord, kStop, kWord, kInside, kWord, kWord};
  EXPECT_EQ(split_source(text, 6, kBreaks), (std::vector<Span>{{0, 4}, {4, 8}}));
  // A sentence end in the first half would waste the room.
  EXPECT_EQ(split_source({kWord, kStop, kWord, kWord, kWord, kInside, kWord}, 5, kBreaks),
            (std::vector<Span>{{0, 4}, {4, 7}}));
  EXPECT_EQ(split_source({kWord, kInside, kInside, kInside, kInside}, 2, kBreaks),
            (std::vector<Span>{{0, 2}, {2, 4}, {4, 5}}));
  EXPECT_EQ(split_source({kWord, kWord, kWord}, 2, {}), (std::vector<Span>{{0, 2}, {2, 3}}));
}

TEST(SourceSplitter, LosesNothing) {
  std::mt19937 generator(1);
  std::discrete_distribution<int32_t> token({5, 4, 1});
  for (int round = 0; round < 200; ++round) {
    std::vector<int32_t> text(generator() % 100);
    for (int32_t& t : text) t = token(generator);
    const size_t limit = 1 + generator() % 12;
    size_t next = 0;
    for (const Span& part : split_source(text, limit, kBreaks)) {
      EXPECT_EQ(part.begin, next);
      EXPECT_GT(part.end, part.begin);
      EXPECT_LE(part.end - part.begin, limit);
      next = part.end;
    }
    EXPECT_EQ(next, text.size());
  }
}

}  // namespace
}  // namespace nmt
