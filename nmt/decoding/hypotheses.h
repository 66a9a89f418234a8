#pragma once

#include <cstdint>
#include <vector>

#include "nmt/decoding/decoding_options.h"
#include "nmt/decoding/stopping.h"

namespace nmt {

/// A finished translation.
struct Hypothesis {
  /// Generated tokens: the forced prefix before them and the last EOS are left out, earlier EOS
  /// (between the sentences of a document) are in.
  std::vector<int32_t> tokens;
  /// Natural-log probability of each generated token, the last EOS included: tokens.size() + 1
  /// numbers.
  std::vector<double> token_log_probs;
  double log_prob = 0;     // their sum
  double score = 0;        // the sum over the length penalty: what hypotheses are ranked by
  int64_t forced_eos = 0;  // EOS that the budget forced: > 0 means a truncated translation
};

/// The best continuations of one sentence's hypotheses at one step, best first, as the device
/// reports them.
struct StepCandidates {
  const double* scores;   // sum of log-probabilities; −∞ (or NaN): no candidate
  const double* tokens;   // token ids
  const double* parents;  // place of the continued hypothesis among the live ones
  int64_t count;
};

/// One sentence's side of a search that needs no device: the tree of all hypotheses and those that
/// finished. Search keeps the device running and reports steps to it later.
///
/// Rule (fairseq's): of a step's 2K best candidates, finishing ones among the first K are final,
/// and the first K of the others live on. The sentence ends with K finals or without a live
/// hypothesis.
class HypothesisTree {
 public:
  HypothesisTree(const StoppingRule& rule, const PrefixShape& prefix, int64_t eos, int64_t beam);

  /// Takes one step's candidates. Once ended() further steps are ignored.
  void add_step(const StepCandidates& candidates);
  bool ended() const { return ended_; }

  /// The `count` best finished hypotheses, best first; equal scores: the one that finished first.
  /// Empty when none finished.
  std::vector<Hypothesis> finished(const DecodingOptions& options, int64_t count) const;

 private:
  struct Node {
    double score;  // of the hypothesis up to here
    int32_t token;
    int32_t parent;  // node, −1 before the first
    int32_t eos;     // EOS up to here, prefix included
  };
  Hypothesis hypothesis(const DecodingOptions& options, const Node& last) const;

  StoppingRule rule_;
  PrefixShape prefix_;
  int64_t eos_, beam_;
  std::vector<Node> nodes_;
  std::vector<int32_t> live_;
  std::vector<Node> finals_;
  bool ended_ = false;
};

}  // namespace nmt
