#include "nmt/scoring/beam_edit_distance.h"

#include <algorithm>
#include <cmath>

namespace nmt::scoring {
namespace {

constexpr int64_t kBeamWidth = 25;

}  // namespace

BeamEditDistance::BeamEditDistance(const WordIds& hypothesis, const WordIds& reference)
    : hypothesis_(hypothesis), reference_(reference) {
  lay_out_beam();
  fill_forward();
}

void BeamEditDistance::lay_out_beam() {
  const double ratio = hypothesis_.empty() ? 1.0
                                           : static_cast<double>(reference_length()) /
                                                 static_cast<double>(hypothesis_length());
  // So that the beams of neighbouring rows meet even when the lengths are far apart.
  const int64_t width =
      kBeamWidth < ratio / 2 ? static_cast<int64_t>(std::ceil(ratio / 2 + kBeamWidth)) : kBeamWidth;
  const auto end = static_cast<int64_t>(reference_length()) + 1;
  beams_.reserve(hypothesis_length() + 1);
  size_t widest = 0;
  for (size_t row = 0; row <= hypothesis_length(); ++row) {
    const auto diagonal = static_cast<int64_t>(std::floor(static_cast<double>(row) * ratio));
    const int64_t first = std::max<int64_t>(0, diagonal - width);
    int64_t last = std::min(end, diagonal + width);
    if (row == hypothesis_length()) last = end;
    // Of the row without hypothesis words all columns count; no further ones lead on.
    if (row == 0 && !hypothesis_.empty())
      last = std::min(end, static_cast<int64_t>(std::floor(ratio)) + width);
    beams_.push_back({static_cast<size_t>(first), static_cast<size_t>(last)});
    widest = std::max(widest, static_cast<size_t>(last - first));
  }
  // From one row to the next the beam moves by no more than this.
  margin_ = static_cast<size_t>(std::ceil(ratio)) + 2;
  stride_ = widest + 2 * margin_;
}

int32_t BeamEditDistance::cost(size_t row, size_t column) const {
  const Beam& beam = beams_[row];
  if (column < beam.first || column >= beam.last) return kInfinity;
  return forward_[offset(row) + column - beam.first];
}

/// Computes the row behind `index` words of a hypothesis whose last one is `word`. Both rows start
/// at their first column in the beam.
void BeamEditDistance::extend(const int32_t* previous, int32_t* row, size_t index,
                              uint32_t word) const {
  const Beam& beam = beams_[index];
  const int32_t* above = previous + (beam.first - beams_[index - 1].first);
  const size_t width = beam.last - beam.first;
  size_t i = 0;
  if (beam.first == 0) {
    row[0] = above[0] + 1;
    i = 1;
  }
  const uint32_t* reference = reference_.data() + (beam.first + i - 1);
  // Substitutions and deletions first: they do not wait for each other.
  for (size_t k = i; k < width; ++k) {
    const int32_t replaced =
        above[static_cast<std::ptrdiff_t>(k) - 1] + static_cast<int32_t>(reference[k - i] != word);
    row[k] = std::min(replaced, above[k] + 1);
  }
  int32_t left = i == 0 ? kInfinity : row[0];
  for (size_t k = i; k < width; ++k) {
    left = std::min(row[k], left + 1);
    row[k] = left;
  }
}

void BeamEditDistance::fill_forward() {
  forward_.assign((hypothesis_length() + 1) * stride_, kInfinity);
  int32_t* costs = forward_.data();
  for (size_t column = 0; column < beams_[0].last; ++column)
    costs[offset(0) + column] = static_cast<int32_t>(column);
  for (size_t row = 1; row <= hypothesis_length(); ++row) {
    extend(costs + offset(row - 1), costs + offset(row), row, hypothesis_[row - 1]);
  }
}

void BeamEditDistance::fill_backward() {
  backward_.assign(forward_.size(), kInfinity);
  changed_.assign(forward_.size(), kInfinity);
  int32_t* costs = backward_.data();
  const size_t end = hypothesis_length();
  for (size_t column = beams_[end].first; column < beams_[end].last; ++column) {
    costs[offset(end) + column - beams_[end].first] =
        static_cast<int32_t>(reference_length() - column);
  }
  for (size_t row = end; row-- > 0;) {
    const Beam& beam = beams_[row];
    int32_t* here = costs + offset(row);
    // May point into the margin before the next row, which is infinite.
    const int32_t* below = costs + offset(row + 1) + beam.first - beams_[row + 1].first;
    for (size_t column = beam.last; column-- > beam.first;) {
      const size_t k = column - beam.first;
      int32_t best = std::min(below[k], here[k + 1]) + 1;
      if (column < reference_length()) {
        best = std::min(
            best, below[k + 1] + static_cast<int32_t>(reference_[column] != hypothesis_[row]));
      }
      here[k] = best;
    }
  }
}

int64_t BeamEditDistance::distance() const {
  return cost(hypothesis_length(), reference_length());
}

EditAlignment BeamEditDistance::alignment() const {
  EditAlignment edits{std::vector<WordAlignment>(reference_length()),
                      std::vector<bool>(hypothesis_length(), true)};
  size_t row = hypothesis_length();
  size_t column = reference_length();
  while (row > 0 || column > 0) {
    if (row > 0 && column > 0) {
      const bool match = hypothesis_[row - 1] == reference_[column - 1];
      if (cost(row, column) == cost(row - 1, column - 1) + (match ? 0 : 1)) {
        --row;
        --column;
        edits.reference[column] = {static_cast<int64_t>(row), !match};
        edits.hypothesis_errors[row] = !match;
        continue;
      }
    }
    // Without hypothesis words everything is inserted, also where the beam does not reach.
    if (row > 0 && cost(row, column) == cost(row - 1, column) + 1) {
      --row;
    } else {
      --column;
      edits.reference[column] = {static_cast<int64_t>(row) - 1, true};
    }
  }
  return edits;
}

int64_t BeamEditDistance::distance_with(size_t first, std::span<const uint32_t> words) {
  if (words.empty()) return distance();
  if (backward_.empty()) fill_backward();
  const int32_t* previous = forward_.data() + offset(first);
  size_t row = first;
  for (const uint32_t word : words) {
    ++row;
    int32_t* next = changed_.data() + offset(row);
    extend(previous, next, row, word);
    previous = next;
  }
  const int32_t* rest = backward_.data() + offset(row);
  const size_t width = beams_[row].last - beams_[row].first;
  int32_t best = kInfinity;
  for (size_t k = 0; k < width; ++k) best = std::min(best, previous[k] + rest[k]);
  return best;
}

}  // namespace nmt::scoring
