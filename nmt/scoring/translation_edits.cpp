#include "nmt/scoring/translation_edits.h"

#include <algorithm>
#include <cstdlib>
#include <optional>
#include <tuple>
#include <utility>

namespace nmt::scoring {
namespace {

constexpr size_t kLongestShift = 10;       // words
constexpr int64_t kFarthestShift = 50;     // words between the starts of equal runs
constexpr int64_t kMostCandidates = 1000;  // in all rounds together

/// Equal runs of words in hypothesis and reference.
struct EqualRun {
  size_t hypothesis, reference, length;
};

/// Moving the run of `length` words at `start` to where word `target` stands.
struct Shift {
  size_t start, length, target;
};

/// A shift as the words [first, first + words.size()) that it changes.
struct ChangedWords {
  size_t first;
  WordIds words;
};

ChangedWords change(const WordIds& sentence, const Shift& shift) {
  size_t first = shift.start;
  size_t middle = shift.start + shift.length;
  size_t last = shift.target;
  if (shift.target < shift.start) {
    first = shift.target;
    middle = shift.start;
    last = shift.start + shift.length;
  } else if (shift.target <= shift.start + shift.length) {
    // A target inside the run, or behind it, is counted from the run's end.
    last = std::min(sentence.size(), shift.length + shift.target);
  }
  ChangedWords changed{first, {}};
  changed.words.reserve(last - first);
  const auto at = [&sentence](size_t i) {
    return sentence.begin() + static_cast<std::ptrdiff_t>(i);
  };
  changed.words.insert(changed.words.end(), at(middle), at(last));
  changed.words.insert(changed.words.end(), at(first), at(middle));
  return changed;
}

/// Prefix sums of errors, so that those of a run are counted at once.
template <class Errors, class IsError>
std::vector<size_t> error_counts(const Errors& errors, IsError is_error) {
  std::vector<size_t> counts = {0};
  counts.reserve(errors.size() + 1);
  for (const auto& each : errors) counts.push_back(counts.back() + (is_error(each) ? 1 : 0));
  return counts;
}

/// One round of the greedy search: the shift that saves most edits.
class ShiftSearch {
 public:
  ShiftSearch(const WordIds& hypothesis, const WordIds& reference, int64_t candidates_before)
      : hypothesis_(hypothesis),
        reference_(reference),
        distances_(hypothesis, reference),
        alignment_(distances_.alignment()),
        hypothesis_errors_(
            error_counts(alignment_.hypothesis_errors, [](bool error) { return error; })),
        reference_errors_(error_counts(alignment_.reference,
                                       [](const WordAlignment& word) { return word.error; })),
        candidates_(candidates_before) {}

  int64_t distance() const { return distances_.distance(); }
  /// Shifts tried in this round and before.
  int64_t candidates() const { return candidates_; }

  /// The hypothesis after the best shift; nothing when none saves an edit or when so many were
  /// tried that the search is given up.
  std::optional<WordIds> run() {
    const auto count = static_cast<int64_t>(hypothesis_.size());
    for (int64_t start = 0; start < count; ++start) {
      const int64_t first = std::max<int64_t>(0, start - kFarthestShift);
      const int64_t last =
          std::min(static_cast<int64_t>(reference_.size()), start + kFarthestShift + 1);
      for (int64_t other = first; other < last; ++other) {
        if (!try_runs(static_cast<size_t>(start), static_cast<size_t>(other))) return std::nullopt;
      }
    }
    if (!best_) return std::nullopt;
    const ChangedWords changed = change(hypothesis_, *best_);
    WordIds shifted = hypothesis_;
    std::copy(changed.words.begin(), changed.words.end(),
              shifted.begin() + static_cast<std::ptrdiff_t>(changed.first));
    return shifted;
  }

 private:
  /// Tries the equal runs that start here, shorter ones first. False when the search is to end.
  bool try_runs(size_t start, size_t other) {
    const size_t longest =
        std::min({kLongestShift, hypothesis_.size() - start, reference_.size() - other});
    for (size_t length = 1; length <= longest; ++length) {
      if (hypothesis_[start + length - 1] != reference_[other + length - 1]) break;
      const EqualRun equal{start, other, length};
      if (!is_worth_trying(equal)) continue;
      try_targets(equal);
      if (candidates_ >= kMostCandidates) return false;
    }
    return true;
  }

  /// Both ends must have an error, and the run must not be aligned to itself.
  bool is_worth_trying(const EqualRun& equal) const {
    const auto has_error = [&equal](const std::vector<size_t>& counts, size_t start) {
      return counts[start + equal.length] > counts[start];
    };
    if (!has_error(hypothesis_errors_, equal.hypothesis)) return false;
    if (!has_error(reference_errors_, equal.reference)) return false;
    const int64_t aligned = alignment_.reference[equal.reference].hypothesis;
    const auto start = static_cast<int64_t>(equal.hypothesis);
    return aligned < start || aligned >= start + static_cast<int64_t>(equal.length);
  }

  /// Moves the run behind the words aligned to those from one before its place in the reference.
  void try_targets(const EqualRun& equal) {
    std::optional<size_t> previous;
    for (size_t i = 0; i <= equal.length; ++i) {
      const size_t place = equal.reference + i;  // one behind the reference word
      const size_t target =
          place == 0 ? 0 : static_cast<size_t>(alignment_.reference[place - 1].hypothesis + 1);
      if (target == previous) continue;
      previous = target;
      ++candidates_;
      consider({equal.hypothesis, equal.length, target});
    }
  }

  void consider(const Shift& shift) {
    const ChangedWords changed = change(hypothesis_, shift);
    const int64_t gain = distance() - distances_.distance_with(changed.first, changed.words);
    // Only shifts that save edits are ever made. Then longer, earlier and nearer ones come first.
    if (gain <= 0) return;
    const auto rank = [](int64_t saved, const Shift& each) {
      return std::tuple(saved, each.length, -static_cast<int64_t>(each.start),
                        -static_cast<int64_t>(each.target));
    };
    if (best_ && rank(gain, shift) <= rank(best_gain_, *best_)) return;
    best_ = shift;
    best_gain_ = gain;
  }

  const WordIds& hypothesis_;
  const WordIds& reference_;
  BeamEditDistance distances_;
  EditAlignment alignment_;
  std::vector<size_t> hypothesis_errors_;
  std::vector<size_t> reference_errors_;
  int64_t candidates_;
  std::optional<Shift> best_;
  int64_t best_gain_ = 0;
};

}  // namespace

int64_t translation_edits(const WordIds& hypothesis, const WordIds& reference) {
  if (reference.empty()) return static_cast<int64_t>(hypothesis.size());
  WordIds words = hypothesis;
  int64_t candidates = 0;
  for (int64_t shifts = 0;; ++shifts) {
    ShiftSearch search(words, reference, candidates);
    std::optional<WordIds> shifted = search.run();
    if (!shifted) return shifts + search.distance();
    candidates = search.candidates();
    words = *std::move(shifted);
  }
}

}  // namespace nmt::scoring
