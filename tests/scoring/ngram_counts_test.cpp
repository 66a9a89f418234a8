#include "nmt/scoring/ngram_counts.h"

#include <gtest/gtest.h>

#include <map>
#include <random>

namespace nmt::scoring {
namespace {

using Sequence = std::vector<uint32_t>;

std::map<Sequence, int64_t> naive_counts(const Sequence& sequence, size_t order) {
  std::map<Sequence, int64_t> counts;
  for (size_t i = 0; i + order <= sequence.size(); ++i) {
    ++counts[Sequence(sequence.begin() + static_cast<std::ptrdiff_t>(i),
                      sequence.begin() + static_cast<std::ptrdiff_t>(i + order))];
  }
  return counts;
}

std::vector<int64_t> naive_matches(const Sequence& hypothesis,
                                   const std::vector<Sequence>& references, size_t orders) {
  std::vector<int64_t> matches(orders, 0);
  for (size_t order = 1; order <= orders; ++order) {
    std::map<Sequence, int64_t> greatest;
    for (const auto& reference : references) {
      for (const auto& [ngram, count] : naive_counts(reference, order)) {
        greatest[ngram] = std::max(greatest[ngram], count);
      }
    }
    for (const auto& [ngram, count] : naive_counts(hypothesis, order)) {
      const auto found = greatest.find(ngram);
      if (found != greatest.end()) matches[order - 1] += std::min(count, found->second);
    }
  }
  return matches;
}

TEST(NgramCounts, MatchAsCountedInTheSimplestWay) {
  std::mt19937 random(1);
  for (const size_t orders : {1, 4, 7}) {
    NgramCounts ngrams(
        orders);  // one instance for all rounds: nothing may be left of the one before
    for (int round = 0; round < 300; ++round) {
      const auto draw = [&random](uint32_t symbols) {
        Sequence sequence(random() % 40);
        for (auto& symbol : sequence) symbol = random() % symbols;
        return sequence;
      };
      const uint32_t symbols = 1 + random() % 6;
      std::vector<Sequence> references(1 + random() % 3);
      for (auto& reference : references) reference = draw(symbols);
      const Sequence hypothesis = draw(symbols + 1);
      ngrams.clear();
      for (const auto& reference : references) ngrams.add_reference(reference);
      ASSERT_EQ(ngrams.matches(hypothesis), naive_matches(hypothesis, references, orders));
    }
  }
}

TEST(Interner, NumbersInOrderOfAppearance) {
  Interner<std::string_view> words;
  EXPECT_EQ(words.find("a"), Interner<std::string_view>::kAbsent);
  EXPECT_EQ(words.insert("a"), 1U);
  EXPECT_EQ(words.insert("b"), 2U);
  EXPECT_EQ(words.insert("a"), 1U);
  words.clear();
  EXPECT_EQ(words.find("a"), Interner<std::string_view>::kAbsent);
  EXPECT_EQ(words.insert("b"), 1U);
}

TEST(Interner, KeepsItsNumbersWhileItGrows) {
  Interner<uint64_t> keys;
  for (uint64_t key = 0; key < 10000; ++key) ASSERT_EQ(keys.insert(key << 20), key + 1);
  for (uint64_t key = 0; key < 10000; ++key) ASSERT_EQ(keys.find(key << 20), key + 1);
  EXPECT_EQ(keys.size(), 10000U);
}

}  // namespace
}  // namespace nmt::scoring
