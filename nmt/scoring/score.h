#pragma once

#include <optional>
#include <string>
#include <vector>

// A score with all that a reader needs to know about it, and how it is printed.

namespace nmt::scoring {

/// The sacreBLEU whose numbers and output these are.
inline constexpr const char* kCompatibleVersion = "2.6.0";

/// The value of `version` in our signatures: "2.6.0-nmt.0.1.0" reads "as sacreBLEU 2.6.0, computed
/// by nmt 0.1.0". It differs from sacreBLEU's own, so a signature never claims that another program
/// computed the number.
std::string signature_version();

struct SignatureField {
  std::string name;
  std::string abbreviation;
  std::string value;
};

enum class SignatureStyle { kLong, kShort };

/// How a score was computed, in the order in which it is printed.
struct Signature {
  std::vector<SignatureField> fields;

  /// "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:…"; short:
  /// "#:1|c:mixed|e:no|tok:13a|s:exp|v:…".
  std::string text(SignatureStyle style = SignatureStyle::kLong) const;

  /// Adds how many resamples (bs) or trials (ar) were drawn, and with which seed.
  void add_resampling(SignatureField samples, const std::string& seed);
};

/// 95 % confidence interval by bootstrap resampling: mean ± half_width.
struct ConfidenceInterval {
  double mean = 0;  ///< of the scores of the resamples
  double half_width = 0;
};

/// The outcome of a metric.
struct Score {
  std::string name;     ///< BLEU, chrF2, chrF2++, TER
  double value = 0;     ///< 0 to 100, TER also above
  std::string details;  ///< what the metric prints behind the score; may be empty
  Signature signature;
  std::optional<ConfidenceInterval> confidence = {};  ///< see bootstrap.h
};

/// How scores are printed.
struct ScoreFormat {
  int decimals = 2;                                  ///< digits behind the point of the score
  SignatureStyle signature = SignatureStyle::kLong;  ///< lines only; JSON always has the long one
  enum class Content { kEverything, kNumber } content = Content::kEverything;
};

/// The number, and behind it " (μ = 34.60 ± 1.32)" when there is a confidence interval whose mean
/// is not 0.
std::string to_number(const Score& score, int decimals);

/// "BLEU|nrefs:1|… = 34.52 66.7/42.1/27.8/18.6 (BP = 1.000 ratio = 1.021 hyp_len = 48 ref_len =
/// 47)".
std::string to_line(const Score& score, const ScoreFormat& format = {});

/// The same as a JSON object with each field of the signature; with Content::kNumber the number
/// alone.
std::string to_json(const Score& score, const ScoreFormat& format = {});

}  // namespace nmt::scoring
