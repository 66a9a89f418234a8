#include "nmt/scoring/resampling.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <mutex>

#include "nmt/scoring/parallel.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// Rows of numbers, each padded so that they are added in full vectors.
template <class Number>
class PaddedTable {
 public:
  PaddedTable(size_t width, size_t rows)
      : width_(width), stride_((width + kLanes - 1) / kLanes * kLanes), values_(stride_ * rows) {}

  Number& at(size_t row, size_t column) { return values_[row * stride_ + column]; }

  /// The sums of the columns over `rows`, added in that order: 32-bit sums of fractions depend on
  /// it.
  std::vector<Number> sum(const std::vector<uint32_t>& rows) const {
    std::vector<Number> sums;
    switch (stride_ / kLanes) {
      case 1:  // TER
        sums = sum_vectors<1>(rows);
        break;
      case 3:  // BLEU
        sums = sum_vectors<3>(rows);
        break;
      case 5:  // chrF
        sums = sum_vectors<5>(rows);
        break;
      case 6:  // chrF++
        sums = sum_vectors<6>(rows);
        break;
      default:
        sums.resize(stride_);
        for (const uint32_t row : rows) {
          for (size_t i = 0; i < stride_; ++i) sums[i] += values_[row * stride_ + i];
        }
    }
    sums.resize(width_);
    return sums;
  }

 private:
  static constexpr size_t kLanes = 4;

  /// With a stride that is known to the compiler the sums stay in registers.
  template <size_t kVectors>
  std::vector<Number> sum_vectors(const std::vector<uint32_t>& rows) const {
    constexpr size_t kStride = kVectors * kLanes;
    std::array<Number, kStride> sums{};
    for (const uint32_t row : rows) {
      const Number* from = values_.data() + row * kStride;
      for (size_t i = 0; i < kStride; ++i) sums[i] += from[i];
    }
    return {sums.begin(), sums.end()};
  }

  size_t width_;
  size_t stride_;
  std::vector<Number> values_;
};

PaddedTable<float> to_single(const Statistics& statistics) {
  PaddedTable<float> table(statistics.width, statistics.rows());
  for (size_t row = 0; row < statistics.rows(); ++row) {
    for (size_t column = 0; column < statistics.width; ++column)
      table.at(row, column) = static_cast<float>(statistics.row(row)[column]);
  }
  return table;
}

/// What the sums of a system gain where a segment is taken from the baseline.
PaddedTable<double> differences(const Statistics& baseline, const Statistics& system) {
  PaddedTable<double> table(system.width, system.rows());
  for (size_t row = 0; row < system.rows(); ++row) {
    for (size_t column = 0; column < system.width; ++column)
      table.at(row, column) = baseline.row(row)[column] - system.row(row)[column];
  }
  return table;
}

size_t segment_count(std::span<const SystemStatistics> systems) {
  const size_t segments = systems.empty() ? 0 : systems.front().statistics.rows();
  for (const auto& system : systems) {
    if (segments > 0 && system.statistics.rows() == segments) continue;
    throw Error("resampling needs equally many segments of every system, at least one");
  }
  return segments;
}

size_t sample_count(const ResamplingOptions& options, int usual) {
  if (options.samples > kMostSamples) {
    throw Error(text("cannot draw ", options.samples, " samples"),
                text("Draw up to ", kMostSamples, "."));
  }
  return static_cast<size_t>(options.samples > 0 ? options.samples : usual);
}

/// Hands out the samples of one random stream, in order, to several threads.
template <class Generator>
class SampleStream {
 public:
  explicit SampleStream(const RandomSeed& seed) : generator_(seed) {}

  template <class Draw>
  auto next(Draw draw) {
    const std::lock_guard lock(drawing_);
    return std::pair(drawn_++, draw(generator_));
  }

 private:
  std::mutex drawing_;
  Generator generator_;
  size_t drawn_ = 0;
};

/// The numbers of the bits that are set.
std::vector<uint32_t> set_bits(const std::vector<uint64_t>& words) {
  std::vector<uint32_t> numbers;
  numbers.reserve(64 * words.size());
  for (size_t word = 0; word < words.size(); ++word) {
    for (uint64_t bits = words[word]; bits != 0; bits &= bits - 1)
      numbers.push_back(static_cast<uint32_t>(64 * word) +
                        static_cast<uint32_t>(std::countr_zero(bits)));
  }
  return numbers;
}

}  // namespace

std::vector<ResampledScores> bootstrap_scores(std::span<const SystemStatistics> systems,
                                              const ResamplingOptions& options) {
  const size_t segments = segment_count(systems);
  const size_t samples = sample_count(options, kUsualResamples);
  std::vector<PaddedTable<float>> tables;
  tables.reserve(systems.size());
  for (const auto& system : systems) tables.push_back(to_single(system.statistics));

  std::vector<std::vector<NumpyNumber>> scores(systems.size(), std::vector<NumpyNumber>(samples));
  SampleStream<NumpyGenerator> stream(options.seed);
  run_in_parallel(samples, options.threads, [&](size_t) {
    const auto [sample, drawn] = stream.next([segments](NumpyGenerator& generator) {
      std::vector<uint32_t> indices(segments);
      for (uint32_t& index : indices) index = generator.next_below(static_cast<uint32_t>(segments));
      return indices;
    });
    for (size_t system = 0; system < systems.size(); ++system) {
      scores[system][sample] = systems[system].metric.value(tables[system].sum(drawn));
    }
  });

  std::vector<ResampledScores> resampled;
  resampled.reserve(systems.size());
  for (const auto& numbers : scores) {
    // One Python number among them makes NumPy's array one of 64 bits.
    ResampledScores& all = resampled.emplace_back();
    all.is_single =
        std::all_of(numbers.begin(), numbers.end(), [](NumpyNumber n) { return n.is_single(); });
    all.values.reserve(samples);
    for (const NumpyNumber number : numbers) all.values.push_back(number.value());
  }
  return resampled;
}

std::vector<std::vector<double>> randomized_differences(std::span<const SystemStatistics> baselines,
                                                        std::span<const SystemStatistics> systems,
                                                        const ResamplingOptions& options) {
  const size_t segments = segment_count(systems);
  const size_t trials = sample_count(options, kUsualTrials);
  std::vector<PaddedTable<double>> tables;
  std::vector<std::vector<double>> system_sums;
  std::vector<std::vector<double>> both_sums;
  for (size_t i = 0; i < systems.size(); ++i) {
    tables.push_back(differences(baselines[i].statistics, systems[i].statistics));
    system_sums.push_back(systems[i].statistics.sum());
    both_sums.push_back(baselines[i].statistics.sum());
    for (size_t column = 0; column < both_sums[i].size(); ++column)
      both_sums[i][column] += system_sums[i][column];
  }

  std::vector<std::vector<double>> distances(systems.size(), std::vector<double>(trials));
  SampleStream<NumpyBits> stream(options.seed);
  run_in_parallel(trials, options.threads, [&](size_t) {
    const auto [trial, bits] =
        stream.next([segments](NumpyBits& generator) { return generator.next(segments); });
    const std::vector<uint32_t> swapped = set_bits(bits);
    for (size_t i = 0; i < systems.size(); ++i) {
      std::vector<double> first = tables[i].sum(swapped);
      std::vector<double> second = both_sums[i];
      for (size_t column = 0; column < first.size(); ++column) {
        first[column] += system_sums[i][column];
        second[column] -= first[column];
      }
      const Metric& metric = systems[i].metric;
      distances[i][trial] = std::abs(metric.trial_value(first) - metric.trial_value(second));
    }
  });
  return distances;
}

}  // namespace nmt::scoring
