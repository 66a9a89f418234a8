#include "nmt/scoring/resegmentation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <random>

#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using Lines = std::vector<std::string>;

/// Levenshtein's distance between words at white space, by the full table.
size_t distance(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<std::vector<size_t>> table(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) {
    for (size_t j = 0; j <= b.size(); ++j) {
      size_t& best = table[i][j];
      best = std::max(i, j);
      if (i == 0 || j == 0) continue;
      best = std::min({table[i - 1][j] + 1, table[i][j - 1] + 1,
                       table[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
    }
  }
  return table.back().back();
}

/// The smallest sum of distances that any cuts of `words` reach, by trying all.
size_t smallest_cost(const std::vector<std::string_view>& words,
                     std::span<const std::string> rest) {
  const auto reference = split(rest.front());
  if (rest.size() == 1) return distance(words, reference);
  size_t best = std::numeric_limits<size_t>::max();
  for (size_t cut = 0; cut <= words.size(); ++cut) {
    const auto middle = words.begin() + static_cast<std::ptrdiff_t>(cut);
    best = std::min(best, distance({words.begin(), middle}, reference) +
                              smallest_cost({middle, words.end()}, rest.subspan(1)));
  }
  return best;
}

std::string random_line(std::mt19937& random, int longest) {
  std::string line;
  for (int left = static_cast<int>(random() % static_cast<unsigned>(longest + 1)); left > 0; --left)
    line += (line.empty() ? "" : " ") + std::string(1, static_cast<char>('a' + random() % 4));
  return line;
}

TEST(Resegmentation, WorkedExamples) {
  EXPECT_EQ(resegment(Lines{"a b c d e"}, Lines{"a b", "c d e"}), (Lines{"a b", "c d e"}));
  EXPECT_EQ(resegment(Lines{"a", "b c", "d e"}, Lines{"a b c", "d e"}), (Lines{"a b c", "d e"}));
  // The second sentence was not translated.
  EXPECT_EQ(resegment(Lines{"a b c", "g h i"}, Lines{"a b c", "d e f", "g h i"}),
            (Lines{"a b c", "", "g h i"}));
  EXPECT_EQ(resegment(Lines{}, Lines{"a", "b"}), (Lines{"", ""}));
  EXPECT_EQ(resegment(Lines{"a", "b"}, Lines{"a b c"}), (Lines{"a b"}));
  EXPECT_EQ(resegment(Lines{"a"}, Lines{}), Lines{});
}

TEST(Resegmentation, CutsAtLineEndsWhereThatCostsNothing) {
  // "x" belongs to neither sentence.
  EXPECT_EQ(resegment(Lines{"a b x", "c d"}, Lines{"a b", "c d"}), (Lines{"a b x", "c d"}));
  EXPECT_EQ(resegment(Lines{"a b", "x c d"}, Lines{"a b", "c d"}), (Lines{"a b", "x c d"}));
  EXPECT_EQ(resegment(Lines{"a b x c d"}, Lines{"a b", "c d"}), (Lines{"a b", "x c d"}));
}

TEST(Resegmentation, ComparesWordsWithoutCase) {
  EXPECT_EQ(resegment(Lines{"He slept, and then he left."}, Lines{"He slept.", "Then he left."}),
            (Lines{"He slept,", "and then he left."}));
  EXPECT_EQ(resegment(Lines{"THEN HE LEFT he slept"}, Lines{"Then he left!", "He slept."}),
            (Lines{"THEN HE LEFT", "he slept"}));
}

TEST(Resegmentation, CutsTextWithoutBlanks) {
  EXPECT_EQ(resegment(Lines{"他来了。我走了。"}, Lines{"他来了。", "我走了。"}),
            (Lines{"他来了。", "我走了。"}));
}

TEST(Resegmentation, KeepsAllTextAndReachesTheSmallestDistance) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    Lines lines(1 + random() % 3);
    Lines references(1 + random() % 4);
    for (auto& line : lines) line = random_line(random, 5);
    for (auto& line : references) line = random_line(random, 4);
    const Lines parts = resegment(lines, references);
    ASSERT_EQ(parts.size(), references.size());
    std::string joined;
    std::string joined_lines;
    size_t cost = 0;
    for (size_t i = 0; i < parts.size(); ++i) {
      joined += " " + parts[i];
      cost += distance(split(parts[i]), split(references[i]));
    }
    for (const auto& line : lines) joined_lines += " " + line;
    EXPECT_EQ(squeeze(joined), squeeze(joined_lines));
    EXPECT_EQ(cost, smallest_cost(split(joined_lines), references)) << joined_lines;
  }
}

TEST(Resegmentation, RefusesWhatIsNotText) {
  EXPECT_THROW(resegment(Lines{"a \xFF"}, Lines{"a"}), Error);
}

}  // namespace
}  // namespace nmt::scoring
