#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nmt/scoring/metric.h"
#include "nmt/scoring/tokenizer.h"

// BLEU (Papineni et al. 2002, "BLEU: a method for automatic evaluation of machine translation") as
// sacreBLEU computes it.

namespace nmt::scoring {

/// What to do about an n-gram order without matches (Chen and Cherry 2014).
enum class Smoothing {
  kExp,    ///< half the smallest precision possible, halved again at each further such order
  kFloor,  ///< counts `smoothing_value` matches
  kAddK,   ///< adds `smoothing_value` to the matches and totals of all orders above the first
  kNone    ///< the score is 0
};

struct BleuOptions {
  std::string tokenizer = "13a";               ///< one of tokenizer_names()
  std::string tokenizer_model = {};            ///< model or dictionary, see make_tokenizer()
  bool lowercase = false;                      ///< compare without case
  Smoothing smoothing = Smoothing::kExp;       ///< "exp" in signatures
  std::optional<double> smoothing_value = {};  ///< for kFloor (default 0.1) and kAddK (default 1)
  int max_order = 4;                           ///< longest n-grams, from 1
  bool effective_order = false;  ///< leave out orders longer than the text; for single sentences
};

/// BLEU in its parts. By order, from 1: matched and total n-grams (after add-k smoothing) and
/// precisions (0 to 100).
struct BleuBreakdown {
  double score = 0;
  std::vector<double> matches;
  std::vector<double> totals;
  std::vector<double> precisions;
  double brevity_penalty = 1;
  double hypothesis_length = 0;  ///< tokens
  double reference_length = 0;   ///< tokens of the reference closest in length, of each segment
};

class Bleu : public Metric {
 public:
  /// Throws Error for options out of range and for a tokenizer that cannot be made.
  explicit Bleu(BleuOptions options = {});

  std::string name() const override { return "BLEU"; }
  double value(std::span<const double> sums) const override { return breakdown(sums).score; }
  NumpyNumber value(std::span<const float> sums) const override;
  double trial_value(std::span<const double> sums) const override;

  /// Columns of the statistics: hypothesis length, reference length, matches by order, totals by
  /// order.
  BleuBreakdown breakdown(std::span<const double> sums) const;

 protected:
  Statistics count(std::span<const std::string> hypotheses, const References& references,
                   SegmentRange range) const override;
  std::string details(std::span<const double> sums) const override;
  std::vector<SignatureField> signature_fields() const override;

 private:
  template <class Number>
  struct Precisions;
  template <class Number>
  Precisions<Number> precisions(std::span<const Number> sums, double smoothing_value) const;

  size_t order() const { return static_cast<size_t>(options_.max_order); }
  std::string preprocess(std::string_view segment) const;

  BleuOptions options_;
  double smoothing_value_;
  std::shared_ptr<const Tokenizer> tokenizer_;
};

/// Whether so many hypotheses (100) end in a full stop by itself that they seem to be tokenized,
/// which harms the score.
bool looks_tokenized(std::span<const std::string> hypotheses);

}  // namespace nmt::scoring
