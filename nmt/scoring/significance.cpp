#include "nmt/scoring/significance.h"

#include <algorithm>
#include <cmath>

#include "nmt/scoring/sample_mean.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// Half the distance between the scores that leave out one in forty at each end of `sorted`.
template <class Number>
double half_width(std::span<const Number> sorted) {
  const size_t left_out = sorted.size() / 40;
  return static_cast<Number>(0.5) * (sorted[sorted.size() - left_out - 1] - sorted[left_out]);
}

template <class Number>
std::vector<Number> to_numbers(const std::vector<double>& values) {
  std::vector<Number> numbers;
  numbers.reserve(values.size());
  for (const double value : values) numbers.push_back(static_cast<Number>(value));
  return numbers;
}

/// The interval as sacreBLEU gives it for one system, with an exact mean.
ConfidenceInterval exact_interval(const ResampledScores& scores) {
  std::vector<double> sorted = scores.values;
  std::sort(sorted.begin(), sorted.end());
  const double mean = exact_mean(sorted);
  if (!scores.is_single) return {mean, half_width<double>(sorted)};
  return {static_cast<float>(mean), half_width<float>(to_numbers<float>(sorted))};
}

/// The interval as paired tests give it, with NumPy's mean.
template <class Number>
ConfidenceInterval numpy_interval(const ResampledScores& scores) {
  std::vector<Number> sorted = to_numbers<Number>(scores.values);
  std::sort(sorted.begin(), sorted.end());
  return {numpy_mean<Number>(sorted), half_width<Number>(sorted)};
}

ConfidenceInterval numpy_interval(const ResampledScores& scores) {
  return scores.is_single ? numpy_interval<float>(scores) : numpy_interval<double>(scores);
}

/// By how much two equal distances may differ: scores of resamples come from 32-bit sums and
/// quotients, those of trials from whole numbers.
constexpr double kResampleRounding = 1e-4;
constexpr double kTrialRounding = 1e-9;

/// One more than counted, so that it is never 0 (Phipson and Smyth 2010).
double p_value(std::ptrdiff_t more_extreme, size_t samples) {
  return static_cast<double>(more_extreme + 1) / static_cast<double>(samples + 1);
}

/// How many are as large as `observed`, or larger.
std::ptrdiff_t count_from(std::span<const double> distances, double observed, double rounding) {
  return std::count_if(distances.begin(), distances.end(),
                       [=](double distance) { return distance >= observed - rounding; });
}

double two_sided_bootstrap_p_value(const ResampledScores& baseline, const ResampledScores& system,
                                   double observed_difference) {
  std::vector<double> distances;
  distances.reserve(system.values.size());
  for (size_t i = 0; i < system.values.size(); ++i)
    distances.push_back(system.values[i] - baseline.values[i]);
  const double mean = numpy_mean<double>(distances);
  for (double& distance : distances) distance = std::abs(distance - mean);
  return p_value(count_from(distances, observed_difference, kResampleRounding), distances.size());
}

/// sacreBLEU's, in the precision that NumPy computes with.
template <class Number>
double sacrebleu_bootstrap_p_value(const ResampledScores& baseline, const ResampledScores& system,
                                   double observed_difference) {
  std::vector<Number> differences;
  differences.reserve(system.values.size());
  for (size_t i = 0; i < system.values.size(); ++i) {
    differences.push_back(
        std::abs(static_cast<Number>(system.values[i]) - static_cast<Number>(baseline.values[i])));
  }
  const Number mean = numpy_mean<Number>(differences);
  const auto observed = static_cast<Number>(observed_difference);
  const auto more_extreme =
      std::count_if(differences.begin(), differences.end(), [&](Number difference) {
        const Number centred = difference - mean;
        return centred > observed;
      });
  return p_value(more_extreme, differences.size());
}

double bootstrap_p_value(const ResampledScores& baseline, const ResampledScores& system,
                         double observed, PairedConvention convention) {
  if (convention == PairedConvention::kTwoSided)
    return two_sided_bootstrap_p_value(baseline, system, observed);
  return baseline.is_single && system.is_single
             ? sacrebleu_bootstrap_p_value<float>(baseline, system, observed)
             : sacrebleu_bootstrap_p_value<double>(baseline, system, observed);
}

/// The statistics of all systems by one metric, with their scores.
struct MetricTables {
  std::vector<Statistics> statistics;
  std::vector<double> scores;

  double difference(size_t system) const { return std::abs(scores[0] - scores[system]); }
};

std::vector<MetricTables> count_all(std::span<const Metric* const> metrics,
                                    std::span<const SystemOutput> systems,
                                    const References& references, int threads) {
  std::vector<MetricTables> tables;
  for (const Metric* metric : metrics) {
    MetricTables& table = tables.emplace_back();
    for (const SystemOutput& system : systems) {
      table.statistics.push_back(metric->statistics(system.hypotheses, references, threads));
      table.scores.push_back(metric->value(table.statistics.back().sum()));
    }
  }
  return tables;
}

/// The outcomes of all systems by one metric, before any test.
std::vector<SystemOutcome> untested(std::span<const SystemOutput> systems,
                                    const MetricTables& tables) {
  std::vector<SystemOutcome> outcomes;
  for (size_t s = 0; s < systems.size(); ++s)
    outcomes.push_back({systems[s].name, tables.scores[s]});
  return outcomes;
}

/// By metric, the outcomes of all systems.
using Outcomes = std::vector<std::vector<SystemOutcome>>;

Outcomes test_by_bootstrap(std::span<const Metric* const> metrics,
                           std::span<const SystemOutput> systems,
                           const std::vector<MetricTables>& tables,
                           const ResamplingOptions& options, PairedConvention convention) {
  std::vector<SystemStatistics> all;
  for (size_t m = 0; m < metrics.size(); ++m) {
    for (const Statistics& each : tables[m].statistics) all.push_back({*metrics[m], each});
  }
  const std::vector<ResampledScores> scores = bootstrap_scores(all, options);
  Outcomes outcomes;
  for (size_t m = 0; m < metrics.size(); ++m) {
    std::vector<SystemOutcome>& here = outcomes.emplace_back(untested(systems, tables[m]));
    const ResampledScores& baseline = scores[m * systems.size()];
    for (size_t s = 0; s < systems.size(); ++s) {
      const ResampledScores& resampled = scores[m * systems.size() + s];
      here[s].confidence = numpy_interval(resampled);
      if (s == 0) continue;
      here[s].p_value = bootstrap_p_value(baseline, resampled, tables[m].difference(s), convention);
    }
  }
  return outcomes;
}

double randomization_p_value(std::span<const double> trials, double observed,
                             PairedConvention convention) {
  const auto more_extreme =
      convention == PairedConvention::kTwoSided
          ? count_from(trials, observed, kTrialRounding)
          : std::count_if(trials.begin(), trials.end(),
                          [observed](double difference) { return difference > observed; });
  return p_value(more_extreme, trials.size());
}

Outcomes test_by_randomization(std::span<const Metric* const> metrics,
                               std::span<const SystemOutput> systems,
                               const std::vector<MetricTables>& tables,
                               const ResamplingOptions& options, PairedConvention convention) {
  std::vector<SystemStatistics> baselines;
  std::vector<SystemStatistics> others;
  for (size_t m = 0; m < metrics.size(); ++m) {
    for (size_t s = 1; s < systems.size(); ++s) {
      baselines.push_back({*metrics[m], tables[m].statistics[0]});
      others.push_back({*metrics[m], tables[m].statistics[s]});
    }
  }
  const auto differences = randomized_differences(baselines, others, options);
  auto trials = differences.begin();
  Outcomes outcomes;
  for (size_t m = 0; m < metrics.size(); ++m) {
    std::vector<SystemOutcome>& here = outcomes.emplace_back(untested(systems, tables[m]));
    for (size_t s = 1; s < systems.size(); ++s, ++trials)
      here[s].p_value = randomization_p_value(*trials, tables[m].difference(s), convention);
  }
  return outcomes;
}

}  // namespace

Score corpus_with_confidence(const Metric& metric, std::span<const std::string> hypotheses,
                             const References& references, const ResamplingOptions& options) {
  const Statistics statistics = metric.statistics(hypotheses, references, options.threads);
  if (statistics.rows() == 0) throw Error("there is nothing to score: no hypotheses");
  const SystemStatistics system{metric, statistics};
  Score score = metric.score(statistics.sum(), references);
  score.confidence = exact_interval(bootstrap_scores({&system, 1}, options).front());
  score.signature.add_resampling(
      {"bs", "bs", std::to_string(sample_count(PairedTest::kBootstrap, options))},
      options.seed.given());
  return score;
}

int sample_count(PairedTest test, const ResamplingOptions& options) {
  if (options.samples > 0) return options.samples;
  return test == PairedTest::kBootstrap ? kUsualResamples : kUsualTrials;
}

std::vector<MetricOutcome> compare_systems(const std::vector<const Metric*>& metrics,
                                           const std::vector<SystemOutput>& systems,
                                           const References& references, PairedTest test,
                                           const ResamplingOptions& options,
                                           PairedConvention convention) {
  if (metrics.empty() || systems.size() < 2 || references.size() == 0) {
    throw Error("there is nothing to compare",
                "Give a metric, two systems or more, and a segment or more.");
  }
  const auto tables = count_all(metrics, systems, references, options.threads);
  const bool bootstrap = test == PairedTest::kBootstrap;
  Outcomes tested = bootstrap
                        ? test_by_bootstrap(metrics, systems, tables, options, convention)
                        : test_by_randomization(metrics, systems, tables, options, convention);
  const std::string key = bootstrap ? "bs" : "ar";
  std::vector<MetricOutcome> outcomes;
  for (size_t m = 0; m < metrics.size(); ++m) {
    Signature signature = metrics[m]->signature(references);
    signature.add_resampling({key, key, std::to_string(sample_count(test, options))},
                             options.seed.text());
    outcomes.push_back({metrics[m]->name(), std::move(signature), std::move(tested[m])});
  }
  return outcomes;
}

}  // namespace nmt::scoring
