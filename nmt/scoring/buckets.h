#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nmt/scoring/metric.h"

// Scores of parts of a test set: segments of similar length, or at similar positions.

namespace nmt::scoring {

/// Ranges of whole numbers that follow each other.
class Buckets {
 public:
  /// The first bucket begins at `lowest`, the others at `starts`. Throws Error unless the numbers
  /// increase.
  Buckets(size_t lowest, std::vector<size_t> starts);

  size_t size() const { return starts_.size(); }
  /// The bucket that holds `number`, which is at least `lowest`.
  size_t find(size_t number) const;
  /// "0-9", "10-19", …, "60+"; "1" for a single number.
  std::string name(size_t bucket) const;

 private:
  std::vector<size_t> starts_;
};

struct BucketScore {
  std::string name;                    ///< of the bucket
  size_t segments = 0;                 ///< at least one
  double score = 0;                    ///< the corpus score of these segments, 0 to 100
  std::optional<double> length_ratio;  ///< hypothesis words per reference word; none without words
};

/// What a segment is sorted by, and how long it is.
struct BucketSegment {
  size_t key = 0;  ///< found in the buckets
  size_t hypothesis_words = 0;
  size_t reference_words = 0;
};

/// The score of each bucket that has segments. `statistics` has a row for each of `segments`.
std::vector<BucketScore> score_buckets(const Metric& metric, const Statistics& statistics,
                                       std::span<const BucketSegment> segments,
                                       const Buckets& buckets);

}  // namespace nmt::scoring
