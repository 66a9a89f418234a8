#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/metric.h"

// chrF (Popović 2015, "chrF: character n-gram F-score for automatic MT evaluation") and chrF++
// (Popović 2017), which adds word n-grams, as sacreBLEU computes them.

namespace nmt::scoring {

/// How orders without n-grams enter the score.
enum class ChrfSmoothing {
  kEffectiveOrder,  ///< not at all: precision and recall are averaged over the orders that both
                    ///< sides have
  kEpsilon  ///< with a tiny value, and F is averaged over all orders (chrF++.py, Moses, NLTK)
};

struct ChrfOptions {
  int char_order = 6;       ///< longest character n-grams, 0 to 1000
  int word_order = 0;       ///< longest word n-grams, 0 to 1000; 2 makes it chrF++
  int beta = 2;             ///< weight of recall against precision, from 0
  bool lowercase = false;   ///< compare without case
  bool whitespace = false;  ///< white space counts as characters
  ChrfSmoothing smoothing = ChrfSmoothing::kEffectiveOrder;  ///< "eff" in signatures
};

class Chrf : public Metric {
 public:
  /// Throws Error for options out of range.
  explicit Chrf(ChrfOptions options = {});

  /// "chrF2", "chrF2++".
  std::string name() const override;

  /// Columns of the statistics: hypothesis n-grams, reference n-grams and matches by order,
  /// characters before words.
  double value(std::span<const double> sums) const override;
  NumpyNumber value(std::span<const float> sums) const override;

 protected:
  Statistics count(std::span<const std::string> hypotheses, const References& references,
                   SegmentRange range) const override;
  std::vector<SignatureField> signature_fields() const override;

 private:
  template <class Number, class Sum>
  Number f_score(std::span<const Sum> sums) const;

  ChrfOptions options_;
};

}  // namespace nmt::scoring
