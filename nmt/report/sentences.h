#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

// Which sentences two systems translate differently.

namespace nmt::report {

/// Segments by how much a system's scores exceed those of another.
struct ExtremeSegments {
  std::vector<size_t> improved;  ///< the greatest gain first
  std::vector<size_t> worsened;  ///< the greatest loss first
};

/// At most `most` of each kind; of equal differences the earlier segments. Segments without a
/// difference are in neither.
ExtremeSegments find_extremes(std::span<const double> baseline, std::span<const double> system,
                              size_t most);

/// Differences in bins of equal width that have a bound at 0.
struct DifferenceHistogram {
  double first_bound = 0;  ///< where the first bin begins
  double bin_width = 0;
  std::vector<size_t> counts;  ///< bins are (begin, end] above 0 and [begin, end) below
  size_t unchanged = 0;        ///< differences of 0, which are in no bin
};

/// Bins cover the largest difference on both sides; none when nothing differs.
DifferenceHistogram count_differences(std::span<const double> baseline,
                                      std::span<const double> system);

/// A piece of a sentence.
struct MarkedText {
  std::string_view text;
  bool differs = false;
};

/// A sentence in pieces that together are the whole of it.
struct WordDifference {
  std::vector<MarkedText> first, second;
};

/// Marks the words (see split_words()) of either text that are not in a longest common subsequence.
/// The pieces are views. Texts of thousands of words are only compared at their ends.
WordDifference find_word_difference(std::string_view first, std::string_view second);

}  // namespace nmt::report
