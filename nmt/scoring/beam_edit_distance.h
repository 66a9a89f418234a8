#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

// The edit distance of TER (Snover et al. 2006) as sacreBLEU computes it: only cells near the
// diagonal are looked at, so that the distance of very different texts may come out too high.

namespace nmt::scoring {

using WordIds = std::vector<uint32_t>;

/// How one word of the reference is made from the hypothesis.
struct WordAlignment {
  int64_t hypothesis = -1;  ///< the word it matches or replaces; for an unmatched word the last
                            ///< hypothesis word before it, -1 if there is none
  bool error = false;       ///< anything but a match
};

struct EditAlignment {
  std::vector<WordAlignment> reference;  ///< by reference word
  std::vector<bool> hypothesis_errors;   ///< by hypothesis word: anything but a match
};

/// Distances between a hypothesis, reorderings of it, and a reference. All cells that one distance
/// needs are kept, so a reordering costs only the rows between its first and last moved word.
class BeamEditDistance {
 public:
  /// Neither may be moved or changed while this is used. Lengths may be zero.
  BeamEditDistance(const WordIds& hypothesis, const WordIds& reference);

  /// Edits that turn the hypothesis into the reference.
  int64_t distance() const;

  /// The edits, matches preferred to substitutions and these to deletions and insertions.
  EditAlignment alignment() const;

  /// The distance when words [first, first + words.size()) of the hypothesis are replaced by
  /// `words`, as many others.
  int64_t distance_with(size_t first, std::span<const uint32_t> words);

 private:
  static constexpr int32_t kInfinity = std::numeric_limits<int32_t>::max() / 4;

  /// Rows of costs, one for each number of hypothesis words. A row holds the columns of the beam
  /// with infinite ones on both sides.
  using Cells = std::vector<int32_t>;
  /// The columns (numbers of reference words) of a row that lie in the beam.
  struct Beam {
    size_t first, last;
  };

  size_t hypothesis_length() const { return hypothesis_.size(); }
  size_t reference_length() const { return reference_.size(); }
  void lay_out_beam();
  size_t offset(size_t row) const { return row * stride_ + margin_; }
  int32_t cost(size_t row, size_t column) const;
  void fill_forward();
  void fill_backward();
  void extend(const int32_t* previous, int32_t* row, size_t index, uint32_t word) const;

  const WordIds& hypothesis_;
  const WordIds& reference_;
  std::vector<Beam> beams_;  // by row
  size_t margin_ = 0;        // infinite cells on each side of a row
  size_t stride_ = 0;        // cells of a row with its margins
  Cells forward_;            // edits from the start to a cell
  Cells backward_;           // edits from a cell to the end; empty until needed
  Cells changed_;            // forward rows of a reordering
};

}  // namespace nmt::scoring
