#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nmt/scoring/metric.h"
#include "nmt/scoring/resampling.h"

// How sure a score is, and whether two systems differ by more than chance. Numbers equal
// sacreBLEU's for the same seed under NumPy 2, except p-values that are asked for as two-sided.
//
//   const Bleu bleu;
//   const Score score = corpus_with_confidence(bleu, hypotheses, references);
//   score.confidence->mean, score.confidence->half_width
//
//   const auto outcomes = compare_systems({&bleu, &chrf}, {{"baseline", first}, {"ours", second}},
//                                         references, PairedTest::kBootstrap);
//   outcomes[0].systems[1].p_value      of "ours" against "baseline" by BLEU

namespace nmt::scoring {

/// The score of a corpus with its 95 % confidence interval, by bootstrap resampling
/// (options.samples: 1000 unless given). Both are named in the signature. Throws Error when the
/// corpus is empty.
Score corpus_with_confidence(const Metric& metric, std::span<const std::string> hypotheses,
                             const References& references, const ResamplingOptions& options = {});

enum class PairedTest {
  kBootstrap,                ///< paired bootstrap resampling, 1000 resamples unless given
  kApproximateRandomization  ///< 10000 trials unless given
};

/// How resamples or trials become a p-value. D is the observed difference of two scores, D* that of
/// a resample or trial; c of n are counted, and p = (c + 1) / (n + 1), which is never 0 (Phipson
/// and Smyth 2010, "Permutation p-values should never be zero").
enum class PairedConvention {
  /// As sacreBLEU (sacrebleu/significance.py): the bootstrap counts |D*| - mean |D*| > |D|, after
  /// Moses and figure 2 of Riezler and Maxwell 2005 ("On some pitfalls in automatic evaluation and
  /// significance testing for MT"), randomization |D*| > |D|. Where D is clear of 0, hardly any D*
  /// has the other sign, and the bootstrap counts one tail of two: p is half of the two-sided one.
  /// Ties are left out, so that systems without any difference get the smallest p there is.
  kSacrebleu,
  /// The probability of a difference that is at least as large, in either direction, between
  /// systems that are equal. The bootstrap counts |D* - mean D*| >= |D|: its resamples (Koehn 2004,
  /// who counts how often the better system wins and so has one tail too) are shifted to where the
  /// null hypothesis puts their mean. Randomization counts |D*| >= |D| (Riezler and Maxwell 2005,
  /// figure 1), which is exact but for the number of trials: k segments that differ in the same
  /// direction give 2^(1 - k). Systems without any difference get 1.
  kTwoSided
};

/// A system's translations of the test set. They must outlive this.
struct SystemOutput {
  std::string name;
  std::span<const std::string> hypotheses;
};

/// What a paired test says about one system by one metric.
struct SystemOutcome {
  std::string name;
  double score = 0;
  std::optional<double> p_value = {};                 ///< none for the baseline
  std::optional<ConfidenceInterval> confidence = {};  ///< with kBootstrap only
};

struct MetricOutcome {
  std::string name;  ///< the metric's
  Signature signature;
  std::vector<SystemOutcome> systems;  ///< in the order given; the first is the baseline
};

/// Compares each system with the first one, by each metric. A small p-value says that such a
/// difference of scores is unlikely to come from the choice of test segments alone. Where few
/// segments differ, the bootstrap is surer than it should be, and randomization is not. Throws
/// Error when there is nothing to compare, or not one hypothesis for every segment.
std::vector<MetricOutcome> compare_systems(
    const std::vector<const Metric*>& metrics, const std::vector<SystemOutput>& systems,
    const References& references, PairedTest test, const ResamplingOptions& options = {},
    PairedConvention convention = PairedConvention::kSacrebleu);

/// The trials or resamples that `options` ask for.
int sample_count(PairedTest test, const ResamplingOptions& options);

}  // namespace nmt::scoring
