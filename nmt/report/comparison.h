#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nmt/report/compared_systems.h"
#include "nmt/scoring/significance.h"

// Scores of systems on test sets, with the significance of their differences from the first system:
// two-sided p-values (scoring::PairedConvention::kTwoSided), unlike sacreBLEU's.

namespace nmt::report {

struct ComparisonOptions {
  std::vector<std::string> metrics = {"bleu", "chrf", "ter"};  ///< of these and chrf++
  std::string tokenizer;        ///< of BLEU; empty: the usual one of the test set
  std::string tokenizer_model;  ///< see BleuOptions
  scoring::PairedTest test = scoring::PairedTest::kBootstrap;
  int samples = 0;  ///< resamples or trials of the test; 0: as many as usual
};

struct SetComparison {
  std::string set;
  size_t segments = 0;
  /// With a confidence interval of every system, whatever the test.
  std::vector<scoring::MetricOutcome> metrics;
};

struct Comparison {
  scoring::PairedTest test = scoring::PairedTest::kBootstrap;
  int samples = 0;
  std::vector<SetComparison> sets;  ///< as in the compared systems
};

/// Throws UsageError for an unknown name, Error for options that no metric can be made of.
std::unique_ptr<scoring::Metric> make_metric(const std::string& name, const TestSet& set,
                                             const ComparisonOptions& options);

Comparison compare(const ComparedSystems& compared, const ComparisonOptions& options);

/// Whether a metric, by its printed name, counts errors.
bool less_is_better(const std::string& metric);

/// "**" for p < 0.01, "*" for p < 0.05, else nothing: a thousand resamples tell no more apart.
std::string stars(double p_value);

/// In sentences: what intervals, p-values and stars mean.
std::vector<std::string> explanations(const Comparison& comparison,
                                      const std::string& first_system);

}  // namespace nmt::report
