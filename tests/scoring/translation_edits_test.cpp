#include "nmt/scoring/translation_edits.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>

namespace nmt::scoring {
namespace {

/// The distance by its definition: each cell from those before it, cells outside the beam never.
int64_t naive_distance(const WordIds& hypothesis, const WordIds& reference) {
  constexpr int64_t kInfinity = int64_t{1} << 40;
  const double ratio =
      static_cast<double>(reference.size()) / static_cast<double>(hypothesis.size());
  const int64_t width = 25 < ratio / 2 ? static_cast<int64_t>(std::ceil(ratio / 2 + 25)) : 25;
  std::map<std::pair<int64_t, int64_t>, int64_t> cells;
  const auto cell = [&cells](int64_t i, int64_t j) {
    const auto found = cells.find({i, j});
    return found == cells.end() ? kInfinity : found->second;
  };
  const auto rows = static_cast<int64_t>(hypothesis.size());
  const auto columns = static_cast<int64_t>(reference.size());
  for (int64_t j = 0; j <= columns; ++j) cells[{0, j}] = j;
  for (int64_t i = 1; i <= rows; ++i) {
    const auto diagonal = static_cast<int64_t>(std::floor(static_cast<double>(i) * ratio));
    const int64_t last = i == rows ? columns + 1 : std::min(columns + 1, diagonal + width);
    for (int64_t j = std::max<int64_t>(0, diagonal - width); j < last; ++j) {
      int64_t best = std::min(cell(i - 1, j), cell(i, j - 1)) + 1;
      if (j > 0) {
        const bool same =
            hypothesis[static_cast<size_t>(i) - 1] == reference[static_cast<size_t>(j) - 1];
        best = std::min(best, cell(i - 1, j - 1) + (same ? 0 : 1));
      }
      cells[{i, j}] = best;
    }
  }
  return cell(rows, columns);
}

WordIds random_words(std::mt19937& random, size_t length, uint32_t vocabulary) {
  WordIds words(length);
  for (uint32_t& word : words) word = random() % vocabulary;
  return words;
}

TEST(BeamEditDistance, EqualsItsDefinition) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const uint32_t vocabulary = 2 + random() % 20;
    WordIds hypothesis = random_words(random, 1 + random() % 90, vocabulary);
    const WordIds reference =
        random_words(random, random() % (round % 10 == 0 ? 400 : 90), vocabulary);
    BeamEditDistance distances(hypothesis, reference);
    EXPECT_EQ(distances.distance(), naive_distance(hypothesis, reference)) << "round " << round;
    for (int change = 0; change < 5; ++change) {
      const size_t first = random() % hypothesis.size();
      const WordIds words =
          random_words(random, random() % (hypothesis.size() - first + 1), vocabulary);
      WordIds changed = hypothesis;
      std::copy(words.begin(), words.end(), changed.begin() + static_cast<std::ptrdiff_t>(first));
      EXPECT_EQ(distances.distance_with(first, words), naive_distance(changed, reference))
          << "round " << round << ", words from " << first;
    }
  }
}

TEST(BeamEditDistance, MissesWhatLiesOutsideTheBeam) {
  // Forty words moved from the end to the start: the cheap way leaves the beam.
  WordIds hypothesis;
  WordIds reference;
  for (uint32_t i = 0; i < 80; ++i) {
    hypothesis.push_back(i);
    reference.push_back((i + 40) % 80);
  }
  EXPECT_GT(BeamEditDistance(hypothesis, reference).distance(), 79);
}

TEST(BeamEditDistance, AlignsUnmatchedWordsToTheWordBefore) {
  const WordIds hypothesis = {1, 2, 9};
  const WordIds reference = {7, 1, 2, 3};
  const EditAlignment edits = BeamEditDistance(hypothesis, reference).alignment();
  const std::vector<int64_t> aligned = {-1, 0, 1, 2};
  const std::vector<bool> errors = {true, false, false, true};
  for (size_t i = 0; i < reference.size(); ++i) {
    EXPECT_EQ(edits.reference[i].hypothesis, aligned[i]) << i;
    EXPECT_EQ(edits.reference[i].error, errors[i]) << i;
  }
  EXPECT_EQ(edits.hypothesis_errors, (std::vector<bool>{false, false, true}));
}

TEST(TranslationEdits, CountsAMoveOnce) {
  EXPECT_EQ(translation_edits({1, 2, 3, 4, 5}, {1, 2, 3, 4, 5}), 0);
  EXPECT_EQ(translation_edits({4, 5, 1, 2, 3}, {1, 2, 3, 4, 5}), 1);
  EXPECT_EQ(translation_edits({4, 5, 1, 2, 9}, {1, 2, 3, 4, 5}), 2);
}

TEST(TranslationEdits, CopesWithEmptySides) {
  EXPECT_EQ(translation_edits({}, {}), 0);
  EXPECT_EQ(translation_edits({}, {1, 2}), 2);
  EXPECT_EQ(translation_edits({1, 2, 3}, {}), 3);
}

TEST(TranslationEdits, NeverNeedsMoreThanWithoutMoves) {
  std::mt19937 random(2);
  for (int round = 0; round < 200; ++round) {
    const WordIds hypothesis = random_words(random, random() % 40, 6);
    const WordIds reference = random_words(random, 1 + random() % 40, 6);
    EXPECT_LE(translation_edits(hypothesis, reference),
              BeamEditDistance(hypothesis, reference).distance());
  }
}

TEST(TranslationEdits, GivesUpInTime) {
  // Everything matches everything: only the limit of candidates ends this soon.
  EXPECT_GT(translation_edits(WordIds(3000, 1), WordIds(2000, 1)), 900);
}

}  // namespace
}  // namespace nmt::scoring
