#pragma once

#include <cstdint>
#include <vector>

#include "data/batch.h"
#include "nmt/decoding/decoding_options.h"
#include "nmt/decoding/ensemble.h"
#include "nmt/decoding/hypotheses.h"
#include "nmt/decoding/stopping.h"

namespace nmt {

/// The ids that mean something to search.
struct SearchTokens {
  int64_t pad, bos, eos;
  /// Never generated, besides padding and BOS: language tags, source-side symbols …
  std::vector<int64_t> excluded;
};

/// Sentences that are translated together, each with its own rules. All vectors have a place for
/// each row of `source`.
struct SearchBatch {
  SourceBatch source;                          // on any device
  std::vector<std::vector<int32_t>> prefixes;  // forced beginnings without BOS, of any lengths
  std::vector<StoppingRule> rules;
  std::vector<uint64_t> keys;  // of the random numbers; for sampling only
};

/// Beam search, or sampling, over one batch with a key/value cache.
///
/// - The forced prefixes are fed in one parallel pass, one row a sentence; search then starts from
/// one hypothesis a sentence
///   and widens to K at the first free step, so that no two live hypotheses are ever the same.
/// - Each step feeds the live hypotheses, K rows a sentence, and takes each sentence's 2K best
/// continuations by summed
///   log-probability; HypothesisTree states what becomes of them. The length penalty ranks finished
///   hypotheses only. On a CPU ties go to the better placed hypothesis, then to
///   the lower token id.
/// - The host learns what happened at every step on the CPU and once in four steps elsewhere (the
/// one synchronisation there
///   is), or when a sentence's budget is used up; sentences that have ended leave the batch then.
/// - Sampling is the same with one hypothesis a sentence and one drawn continuation.
///
/// Results depend on a sentence's batch mates through floating-point noise only. On a CPU, a single
/// model that is packed (TransformerImpl::pack) gives the same tokens and scores to the last bit
/// whatever the batch.
class Search {
 public:
  /// Throws UsageError for contradictory options.
  Search(Ensemble models, SearchTokens tokens, DecodingOptions options);

  /// The n-best translations of each row, best first: min(n_best, hypotheses that finished), at
  /// least one. One when sampling. Throws Error when a prefix leaves no room for a translation, or
  /// when nothing finishes because options exclude every continuation or the model's probabilities
  /// are not numbers.
  std::vector<std::vector<Hypothesis>> run(SearchBatch batch) const;

  /// The length rules of the options for one sentence: `source_length` counts EOS and tags; `tags`
  /// forced tags at the beginning of the translation do not count as translation.
  StoppingRule stopping_rule(int64_t source_length, int64_t tags) const;

  /// How many steps go by before the host looks at what was found; 1 on the CPU and 4 elsewhere
  /// unless set. Does not change results.
  Search& report_every(int64_t steps);
  int64_t report_interval() const { return report_interval_; }

  const Ensemble& models() const { return models_; }
  const SearchTokens& tokens() const { return tokens_; }
  const DecodingOptions& options() const { return options_; }
  int64_t beam() const { return options_.sampling ? 1 : options_.beam; }

 private:
  Ensemble models_;
  SearchTokens tokens_;
  DecodingOptions options_;
  int64_t report_interval_;
};

}  // namespace nmt
