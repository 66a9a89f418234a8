#include "nmt/options/nearest_word.h"

#include <gtest/gtest.h>

namespace nmt {
namespace {

TEST(NearestWord, CountsEdits) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("abc", ""), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("heads", "hedas"), 1u);  // neighbours swapped
  EXPECT_EQ(edit_distance("ab", "ba"), 1u);
  EXPECT_EQ(edit_distance("ca", "abc"), 3u);  // each stretch edited once
}

TEST(NearestWord, StaysWithinAThird) {
  const std::vector<std::string> words = {"train", "translate", "evaluate"};
  EXPECT_EQ(nearest_word("trian", words), "train");
  EXPECT_EQ(nearest_word("translte", words), "translate");
  EXPECT_EQ(nearest_word("train", words), "train");
  EXPECT_EQ(nearest_word("tr", words), "");
  EXPECT_EQ(nearest_word("", words), "");
  EXPECT_EQ(nearest_word("banana", words), "");
  EXPECT_EQ(nearest_word("abc", {}), "");
  EXPECT_EQ(nearest_word(std::string(100000, 'x'), words), "");
}

TEST(NearestWord, TakesTheFirstOfEquals) {
  EXPECT_EQ(nearest_word("bat", {"cat", "hat"}), "cat");
  EXPECT_EQ(nearest_word("hat", {"cat", "hat"}), "hat");
}

}  // namespace
}  // namespace nmt
