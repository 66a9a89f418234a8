#include "nmt/report/sentences.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nmt/scoring/words.h"

namespace nmt::report {
namespace {

using Words = std::vector<std::string_view>;

/// Cells of the table of common subsequences above which words are not aligned.
constexpr size_t kMostCells = 4'000'000;

/// Which words of both texts are common.
struct CommonWords {
  std::vector<bool> first, second;
};

/// Finds a longest common subsequence of what lies between `begin` and the ends.
void align(const Words& a, const Words& b, size_t begin, size_t end_a, size_t end_b,
           CommonWords& common) {
  const size_t columns = end_b - begin + 1;
  // length[i][j]: common words of a from i on and b from j on.
  std::vector<uint32_t> length((end_a - begin + 1) * columns, 0);
  const auto at = [&](size_t i, size_t j) -> uint32_t& {
    return length[(i - begin) * columns + (j - begin)];
  };
  for (size_t i = end_a; i-- > begin;) {
    for (size_t j = end_b; j-- > begin;)
      at(i, j) = a[i] == b[j] ? at(i + 1, j + 1) + 1 : std::max(at(i + 1, j), at(i, j + 1));
  }
  for (size_t i = begin, j = begin; i < end_a && j < end_b;) {
    if (a[i] == b[j]) {
      common.first[i++] = common.second[j++] = true;
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      ++i;
    } else {
      ++j;
    }
  }
}

CommonWords find_common(const Words& a, const Words& b) {
  CommonWords common{std::vector<bool>(a.size()), std::vector<bool>(b.size())};
  size_t begin = 0;
  for (; begin < std::min(a.size(), b.size()) && a[begin] == b[begin]; ++begin)
    common.first[begin] = common.second[begin] = true;
  size_t end_a = a.size();
  size_t end_b = b.size();
  for (; end_a > begin && end_b > begin && a[end_a - 1] == b[end_b - 1]; --end_a, --end_b)
    common.first[end_a - 1] = common.second[end_b - 1] = true;
  if ((end_a - begin + 1) * (end_b - begin + 1) <= kMostCells)
    align(a, b, begin, end_a, end_b, common);
  return common;
}

/// White space between marked words is marked too.
std::vector<MarkedText> mark(std::string_view sentence, const Words& words,
                             const std::vector<bool>& common) {
  std::vector<MarkedText> pieces;
  size_t done = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto begin = static_cast<size_t>(words[i].data() - sentence.data());
    const size_t end = begin + words[i].size();
    const bool differs = !common[i];
    if (!pieces.empty() && pieces.back().differs == differs) {
      pieces.back().text =
          sentence.substr(done - pieces.back().text.size(), end - done + pieces.back().text.size());
    } else {
      if (begin > done) pieces.push_back({sentence.substr(done, begin - done), false});
      pieces.push_back({sentence.substr(begin, end - begin), differs});
    }
    done = end;
  }
  if (done < sentence.size()) pieces.push_back({sentence.substr(done), false});
  return pieces;
}

/// A width of bins that gives about ten of them on each side.
double choose_bin_width(double largest) {
  for (const double width : {0.1, 0.2, 0.5, 1.0, 2.0, 5.0})
    if (largest / width <= 10) return width;
  return std::max(10.0, 10.0 * std::ceil(largest / 100));
}

}  // namespace

ExtremeSegments find_extremes(std::span<const double> baseline, std::span<const double> system,
                              size_t most) {
  std::vector<size_t> order(baseline.size());
  std::iota(order.begin(), order.end(), size_t{0});
  const auto gain = [&](size_t i) { return system[i] - baseline[i]; };
  const auto take = [&](double sign) {
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
      const double difference = sign * (gain(a) - gain(b));
      return difference != 0 ? difference > 0 : a < b;
    });
    std::vector<size_t> taken;
    for (const size_t i : order) {
      if (taken.size() == most || sign * gain(i) <= 0) break;
      taken.push_back(i);
    }
    return taken;
  };
  return {take(1), take(-1)};
}

DifferenceHistogram count_differences(std::span<const double> baseline,
                                      std::span<const double> system) {
  double largest = 0;
  for (size_t i = 0; i < baseline.size(); ++i)
    largest = std::max(largest, std::abs(system[i] - baseline[i]));
  DifferenceHistogram histogram;
  if (largest == 0) {
    histogram.unchanged = baseline.size();
    return histogram;
  }
  histogram.bin_width = choose_bin_width(largest);
  const auto side = static_cast<size_t>(std::ceil(largest / histogram.bin_width));
  histogram.first_bound = -static_cast<double>(side) * histogram.bin_width;
  histogram.counts.assign(2 * side, 0);
  for (size_t i = 0; i < baseline.size(); ++i) {
    const double difference = system[i] - baseline[i];
    if (difference == 0) {
      ++histogram.unchanged;
      continue;
    }
    const auto steps = static_cast<size_t>(std::ceil(std::abs(difference) / histogram.bin_width));
    ++histogram.counts[difference > 0 ? side + steps - 1 : side - steps];
  }
  return histogram;
}

WordDifference find_word_difference(std::string_view first, std::string_view second) {
  const Words a = scoring::split_words(first);
  const Words b = scoring::split_words(second);
  const CommonWords common = find_common(a, b);
  return {mark(first, a, common.first), mark(second, b, common.second)};
}

}  // namespace nmt::report
