#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/metric.h"
#include "nmt/scoring/tokenizer_tercom.h"

// TER, the translation edit rate (Snover et al. 2006, "A study of translation edit rate with
// targeted human annotation"), as sacreBLEU computes it.

namespace nmt::scoring {

class Ter : public Metric {
 public:
  explicit Ter(TercomOptions options = {}) : options_(options) {}

  std::string name() const override { return "TER"; }

  /// Columns of the statistics: edits against the reference with fewest, mean reference length in
  /// words. Less is better; 100 without any reference word.
  double value(std::span<const double> sums) const override;
  NumpyNumber value(std::span<const float> sums) const override;

 protected:
  Statistics count(std::span<const std::string> hypotheses, const References& references,
                   SegmentRange range) const override;
  std::vector<SignatureField> signature_fields() const override;

 private:
  TercomOptions options_;
};

}  // namespace nmt::scoring
