#include "nmt/scoring/buckets.h"

#include <algorithm>

#include "nmt/support/error.h"

namespace nmt::scoring {

Buckets::Buckets(size_t lowest, std::vector<size_t> starts) : starts_(std::move(starts)) {
  starts_.insert(starts_.begin(), lowest);
  const auto fault = std::adjacent_find(starts_.begin(), starts_.end(), std::greater_equal<>());
  if (fault == starts_.end()) return;
  throw Error(text("buckets cannot begin at ", *fault, " and then at ", *(fault + 1)),
              text("Give increasing numbers above ", lowest, "."));
}

size_t Buckets::find(size_t number) const {
  const auto after = std::upper_bound(starts_.begin(), starts_.end(), number);
  return static_cast<size_t>(std::max(after - starts_.begin(), std::ptrdiff_t{1})) - 1;
}

std::string Buckets::name(size_t bucket) const {
  const size_t first = starts_[bucket];
  if (bucket + 1 == starts_.size()) return text(first, "+");
  const size_t last = starts_[bucket + 1] - 1;
  return first == last ? text(first) : text(first, "-", last);
}

std::vector<BucketScore> score_buckets(const Metric& metric, const Statistics& statistics,
                                       std::span<const BucketSegment> segments,
                                       const Buckets& buckets) {
  struct Sums {
    size_t segments = 0;
    size_t hypothesis_words = 0;
    size_t reference_words = 0;
    std::vector<double> statistics;
  };
  std::vector<Sums> sums(buckets.size());
  for (Sums& each : sums) each.statistics.assign(statistics.width, 0.0);
  for (size_t i = 0; i < segments.size(); ++i) {
    Sums& into = sums[buckets.find(segments[i].key)];
    ++into.segments;
    into.hypothesis_words += segments[i].hypothesis_words;
    into.reference_words += segments[i].reference_words;
    const auto row = statistics.row(i);
    std::transform(row.begin(), row.end(), into.statistics.begin(), into.statistics.begin(),
                   std::plus<>());
  }
  std::vector<BucketScore> scores;
  for (size_t bucket = 0; bucket < sums.size(); ++bucket) {
    const Sums& sum = sums[bucket];
    if (sum.segments == 0) continue;
    BucketScore score{buckets.name(bucket), sum.segments, metric.value(sum.statistics), {}};
    if (sum.reference_words > 0) {
      score.length_ratio =
          static_cast<double>(sum.hypothesis_words) / static_cast<double>(sum.reference_words);
    }
    scores.push_back(std::move(score));
  }
  return scores;
}

}  // namespace nmt::scoring
