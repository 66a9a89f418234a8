#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/scoring/numpy_number.h"
#include "nmt/scoring/score.h"

// What all metrics share. A corpus score is a function of sums: each segment yields a row of
// numbers, its sufficient statistics, and the score of any set of segments follows from the sum of
// their rows. Resampling builds on that.

namespace nmt::scoring {

/// The references of a corpus, as a view: the strings must outlive it. Converts from what callers
/// have.
class References {
 public:
  /// One reference for each segment.
  References(const std::vector<std::string>& stream);
  /// Several streams, each with one reference for each segment. Throws Error when their lengths
  /// differ.
  References(const std::vector<std::vector<std::string>>& streams);
  /// The same where some are missing. A missing one is not an empty one: "" is a reference of
  /// length 0. Throws Error when a segment has none at all.
  References(const std::vector<std::vector<std::optional<std::string>>>& streams);

  /// Number of segments.
  size_t size() const { return starts_.size() - 1; }

  /// The references of a segment that are there; at least one.
  std::span<const std::string_view> segment(size_t index) const {
    return {texts_.data() + starts_[index], starts_[index + 1] - starts_[index]};
  }

  /// How many references each segment has; nothing when that varies.
  std::optional<size_t> per_segment() const;

 private:
  template <class Streams>
  void collect(const Streams& streams);

  std::vector<std::string_view> texts_;
  std::vector<size_t> starts_ = {0};
};

/// The sufficient statistics of segments: a table of `width` columns, one row a segment, in one
/// flat array.
struct Statistics {
  size_t width = 0;
  std::vector<double> values;  ///< row-major; whole numbers are exact

  size_t rows() const { return width == 0 ? 0 : values.size() / width; }
  std::span<const double> row(size_t index) const { return {values.data() + index * width, width}; }
  /// Column by column.
  std::vector<double> sum() const;
};

/// Segments first, first + 1, … last - 1.
struct SegmentRange {
  size_t first, last;
};

class Metric {
 public:
  virtual ~Metric() = default;

  /// The name that is printed, such as chrF2++.
  virtual std::string name() const = 0;

  /// One row for each hypothesis, counted by `threads` threads (0: one a processor). Throws Error
  /// when there are not as many references, or on invalid UTF-8.
  Statistics statistics(std::span<const std::string> hypotheses, const References& references,
                        int threads = 1) const;

  /// The score of segments whose statistics sum up to `sums`.
  virtual double value(std::span<const double> sums) const = 0;

  /// The same where NumPy computes it from 32-bit sums, as in bootstrap resampling.
  virtual NumpyNumber value(std::span<const float> sums) const = 0;

  /// The same where NumPy computes it from 64-bit integers, as in approximate randomization.
  virtual double trial_value(std::span<const double> sums) const { return value(sums); }

  /// How this metric computes with these references.
  Signature signature(const References& references) const;

  /// The score of the whole corpus. Throws Error when it is empty.
  Score corpus(std::span<const std::string> hypotheses, const References& references,
               int threads = 1) const;

  /// The score of each segment by itself.
  std::vector<Score> sentences(std::span<const std::string> hypotheses,
                               const References& references, int threads = 1) const;

  /// The score of segments with these statistics, as corpus() gives it.
  Score score(std::span<const double> sums, const References& references) const;

 protected:
  /// What statistics() computes, for some of the segments. Is called from several threads.
  virtual Statistics count(std::span<const std::string> hypotheses, const References& references,
                           SegmentRange range) const = 0;

  /// What is printed behind the score.
  virtual std::string details(std::span<const double> sums) const;

  /// The part of the signature that belongs to the metric.
  virtual std::vector<SignatureField> signature_fields() const = 0;
};

}  // namespace nmt::scoring
