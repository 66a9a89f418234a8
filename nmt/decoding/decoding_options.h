#pragma once

#include <cstdint>

#include "models/weight_precision.h"
#include "nmt/options/option_table.h"

namespace nmt {

/// What a finished hypothesis' log-probability is divided by. `length` counts generated tokens, the
/// last EOS included, forced tokens excluded; `a` is the exponent.
enum class LengthPenalty {
  kNone,
  kPower,  // length^a                  (fairseq's --lenpen, Marian's --normalize)
  kGnmt,   // ((5 + length) / 6)^a      (Wu et al. 2016, eq. 14, without coverage)
};
inline EnumNames<LengthPenalty> enum_names(LengthPenalty) {
  return {{LengthPenalty::kNone, "none"},
          {LengthPenalty::kPower, "power"},
          {LengthPenalty::kGnmt, "gnmt"}};
}

/// How translations are searched for (beam search) or drawn (sampling), and how sentences are put
/// into batches.
struct DecodingOptions {
  int64_t beam = 5;    // hypotheses kept alive; 1 is greedy search
  int64_t n_best = 1;  // hypotheses returned for each sentence; with sampling, how many are drawn
  LengthPenalty lenpen_kind = LengthPenalty::kPower;
  double lenpen = 1.0;

  // A translation of S source tokens (EOS and tags counted) has at most min(max_len_a·S +
  // max_len_b, max_len) tokens.
  double max_len_a = 1.5;
  int64_t max_len_b = 50;
  int64_t max_len = 0;  // 0: as many as the model has positions for
  int64_t min_len = 0;  // tokens before EOS is allowed
  int64_t no_repeat_ngram = 0;

  bool sampling = false;
  double temperature = 1.0;
  int64_t top_k = 0;   // 0: all
  double top_p = 1.0;  // 1: all
  int64_t seed = 1;

  WeightPrecision precision = WeightPrecision::kFp32;
  int64_t batch_tokens = 4096;   // source tokens of a batch, padding counted
  int64_t batch_sentences = 64;  // rows of a batch before the beam
  int64_t max_source_len = 0;    // longer sources are translated in parts; 0: the model's positions
};

/// Declares the group `decode`.
void declare(OptionTable& table, DecodingOptions& options);

/// Throws UsageError when options contradict each other (more n-best than beam, sampling filters
/// without sampling …).
void validate(const DecodingOptions& options);

/// `log_prob` of a finished hypothesis of `length` generated tokens (EOS counted, so at least 1),
/// normalised.
double normalised_score(const DecodingOptions& options, double log_prob, int64_t length);

}  // namespace nmt
