#include "nmt/decoding/decoding_options.h"

#include <cmath>

namespace nmt {

void declare(OptionTable& table, DecodingOptions& o) {
  table.group("decode", "Decoding");
  table.add("decode.beam", o.beam, "hypotheses kept alive in beam search; 1 is greedy search")
      .range(1, 1000);
  table
      .add("decode.n_best", o.n_best,
           "hypotheses returned for each sentence, best first; with sampling, how many are drawn")
      .range(1, 1000);
  table.add("decode.lenpen_kind", o.lenpen_kind,
            "hypotheses are ranked by log-probability divided by: 1 (none); length^lenpen (power, "
            "as in fairseq and Marian); "
            "((5 + length) / 6)^lenpen (gnmt). The length counts generated tokens and EOS");
  table
      .add("decode.lenpen", o.lenpen,
           "exponent of the length penalty; higher favours longer translations")
      .range(-10, 10);
  table
      .add("decode.max_len_a", o.max_len_a,
           "a translation of S source tokens has at most a*S + b tokens: a")
      .range(0, 1000);
  table
      .add("decode.max_len_b", o.max_len_b,
           "a translation of S source tokens has at most a*S + b tokens: b")
      .range(0, 1'000'000);
  table
      .add("decode.max_len", o.max_len,
           "most tokens of a translation whatever its source; 0: as many as the model allows")
      .range(0, 1'000'000);
  table.add("decode.min_len", o.min_len, "tokens a translation must have before it may end")
      .range(0, 1'000'000);
  table
      .add("decode.no_repeat_ngram", o.no_repeat_ngram,
           "no sequence of so many tokens occurs twice in a translated sentence; 0: off")
      .range(0, 100);
  table.add("decode.sampling", o.sampling,
            "draw translations from the model instead of searching for the best");
  table.add("decode.temperature", o.temperature, "sampling: logits are divided by it")
      .range(1e-3, 1000);
  table.add("decode.top_k", o.top_k, "sampling: draw from the k most probable tokens only; 0: all")
      .at_least(0);
  table
      .add("decode.top_p", o.top_p,
           "sampling: draw from the fewest tokens that have this much probability together")
      .range(0, 1);
  table
      .add("decode.seed", o.seed,
           "sampling: the same seed gives a sentence the same translation in any batch")
      .at_least(0);
  table.add("decode.precision", o.precision,
            "matrix products of a finished run in: fp32; bf16, faster on a GPU, and on a CPU one "
            "sentence at a time; int8, CPU only, fastest. Validation during training is not "
            "affected");
  table.add("decode.batch_tokens", o.batch_tokens, "most source tokens in a batch, padding counted")
      .at_least(1);
  table
      .add("decode.batch_sentences", o.batch_sentences,
           "most sentences in a batch. On a CPU a finished run's translations and scores are the "
           "same to the last bit whatever the batches, in every decode.precision; on a GPU, for an "
           "ensemble, in validation during training and with methods whose listeners or layers are "
           "not position-wise, but for rounding")
      .at_least(1);
  table
      .add("decode.max_source_len", o.max_source_len,
           "longer sources are cut, at sentence or word ends where possible, and translated in "
           "parts; 0: the model's positions")
      .at_least(0);
}

void validate(const DecodingOptions& o) {
  if (!o.sampling && o.n_best > o.beam)
    throw UsageError(text("decode.n_best = ", o.n_best, " exceeds decode.beam = ", o.beam),
                     "Raise decode.beam to at least decode.n_best.");
  if (o.max_len > 0 && o.min_len > o.max_len)
    throw UsageError(text("decode.min_len = ", o.min_len, " exceeds decode.max_len = ", o.max_len));
  if (!o.sampling && (o.top_k != 0 || o.top_p != 1.0 || o.temperature != 1.0))
    throw UsageError("decode.temperature, decode.top_k and decode.top_p act on sampling only",
                     "Add decode.sampling: true, or remove them.");
}

double normalised_score(const DecodingOptions& o, double log_prob, int64_t length) {
  const auto n = static_cast<double>(length);
  switch (o.lenpen_kind) {
    case LengthPenalty::kNone:
      return log_prob;
    case LengthPenalty::kPower:
      return log_prob / std::pow(n, o.lenpen);
    case LengthPenalty::kGnmt:
      return log_prob / std::pow((5.0 + n) / 6.0, o.lenpen);
  }
  return log_prob;
}

}  // namespace nmt
