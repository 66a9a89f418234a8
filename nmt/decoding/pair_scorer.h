#pragma once

#include <cstdint>
#include <vector>

#include "nmt/decoding/ensemble.h"
#include "nmt/decoding/translator.h"

namespace nmt {

/// What a model gives to a translation that somebody else made.
struct PairScore {
  std::vector<double> token_log_probs;  // of each target token, EOS included
  double log_prob = 0;                  // their sum
};

/// How pairs are put into batches.
struct PairScorerOptions {
  int64_t pad, bos;
  int64_t batch_tokens = 4096;  // target tokens, padding counted
  int64_t batch_sentences = 256;
};

/// Forced decoding: log p(target | source) under the model or ensemble. Scores do not depend on the
/// batch beyond floating-point noise.
class PairScorer {
 public:
  PairScorer(Ensemble models, PairScorerOptions options, SourceAnnotator annotate = nullptr);

  /// Scores in the order of `pairs`, whose targets hold tags and EOS, as in training. Throws Error,
  /// naming the pair's number (from 1), for an empty source or target and for one longer than
  /// model.max_positions: a part of a pair has no meaningful score.
  std::vector<PairScore> score(const std::vector<TokenPair>& pairs) const;

 private:
  Ensemble models_;
  PairScorerOptions options_;
  SourceAnnotator annotate_;
};

}  // namespace nmt
