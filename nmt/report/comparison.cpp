#include "nmt/report/comparison.h"

#include "nmt/scoring/named_metric.h"
#include "nmt/support/error.h"

namespace nmt::report {
namespace {

using scoring::PairedTest;

SetComparison compare_set(const ComparedSystems& compared, const TestSet& set,
                          const ComparisonOptions& options) {
  std::vector<std::unique_ptr<scoring::Metric>> metrics;
  std::vector<const scoring::Metric*> views;
  for (const std::string& name : options.metrics) {
    metrics.push_back(make_metric(name, set, options));
    views.push_back(metrics.back().get());
  }
  std::vector<scoring::SystemOutput> systems;
  for (size_t i = 0; i < compared.systems.size(); ++i)
    systems.push_back({compared.systems[i].name, set.outputs[i]});
  const scoring::References references(set.references);
  SetComparison result{set.name, set.references.size(),
                       compare_systems(views, systems, references, options.test,
                                       {.samples = options.samples, .threads = 0},
                                       scoring::PairedConvention::kTwoSided)};
  if (options.test == PairedTest::kBootstrap) return result;
  for (size_t m = 0; m < metrics.size(); ++m) {
    for (size_t s = 0; s < systems.size(); ++s) {
      result.metrics[m].systems[s].confidence =
          corpus_with_confidence(*metrics[m], systems[s].hypotheses, references, {.threads = 0})
              .confidence;
    }
  }
  return result;
}

}  // namespace

std::unique_ptr<scoring::Metric> make_metric(const std::string& name, const TestSet& set,
                                             const ComparisonOptions& options) {
  return scoring::make_named_metric(
      name, options.tokenizer.empty() ? set.tokenizer : options.tokenizer, options.tokenizer_model);
}

Comparison compare(const ComparedSystems& compared, const ComparisonOptions& options) {
  Comparison comparison{options.test, sample_count(options.test, {.samples = options.samples}), {}};
  for (const TestSet& set : compared.sets)
    comparison.sets.push_back(compare_set(compared, set, options));
  return comparison;
}

bool less_is_better(const std::string& metric) {
  return metric == "TER";
}

std::string stars(double p_value) {
  if (p_value < 0.01) return "**";
  return p_value < 0.05 ? "*" : "";
}

std::vector<std::string> explanations(const Comparison& comparison,
                                      const std::string& first_system) {
  const bool bootstrap = comparison.test == PairedTest::kBootstrap;
  return {
      text("± and intervals: 95 % confidence by bootstrap resampling, ",
           bootstrap ? comparison.samples : scoring::kUsualResamples, " resamples."),
      text("p: of the difference from ", first_system, ", two-sided, by paired ",
           bootstrap ? "bootstrap resampling, " : "approximate randomization, ", comparison.samples,
           bootstrap ? " resamples" : " trials", ". * p < 0.05, ** p < 0.01."),
      text(
          "p = (c + 1) / (n + 1), where c of n ",
          bootstrap
              ? "resamples have a difference that is as far from the mean of all n as the observed "
                "difference is from 0, or farther. sacreBLEU's p (nmt score --paired-bs) counts "
                "one direction: where p is small it is about half of this one."
              : "trials, in which the translations of a segment change places at random, have a "
                "difference as large as the observed one, or larger. sacreBLEU's p (nmt score "
                "--paired-ar) leaves out those that are just as large: where few segments differ "
                "it is smaller than this one."),
      "A small p says that the choice of test segments hardly explains the difference; it is not "
      "corrected for the number of comparisons."};
}

}  // namespace nmt::report
