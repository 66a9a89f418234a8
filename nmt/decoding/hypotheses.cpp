#include "nmt/decoding/hypotheses.h"

#include <algorithm>
#include <limits>

namespace nmt {

HypothesisTree::HypothesisTree(const StoppingRule& rule, const PrefixShape& prefix, int64_t eos,
                               int64_t beam)
    : rule_(rule), prefix_(prefix), eos_(eos), beam_(beam), live_{-1} {}

void HypothesisTree::add_step(const StepCandidates& candidates) {
  if (ended_) return;
  std::vector<int32_t> live;
  for (int64_t rank = 0; rank < candidates.count; ++rank) {
    const double score = candidates.scores[rank];
    if (!(score > -std::numeric_limits<double>::infinity())) break;
    const auto parent = live_[static_cast<size_t>(candidates.parents[rank])];
    const auto token = static_cast<int32_t>(candidates.tokens[rank]);
    const auto eos = static_cast<int32_t>((parent < 0 ? prefix_.eos : nodes_[parent].eos) +
                                          (token == eos_ ? 1 : 0));
    const Node node{score, token, parent, eos};
    if (token == eos_ && eos >= rule_.sentences) {
      if (rank < beam_ && std::ssize(finals_) < beam_) finals_.push_back(node);
    } else if (std::ssize(live) < beam_) {
      live.push_back(static_cast<int32_t>(nodes_.size()));
      nodes_.push_back(node);
    }
  }
  live_ = std::move(live);
  ended_ = live_.empty() || std::ssize(finals_) == beam_;
}

std::vector<Hypothesis> HypothesisTree::finished(const DecodingOptions& options,
                                                 int64_t count) const {
  std::vector<Hypothesis> best;
  for (const Node& last : finals_) best.push_back(hypothesis(options, last));
  std::stable_sort(best.begin(), best.end(),
                   [](const Hypothesis& a, const Hypothesis& b) { return a.score > b.score; });
  if (std::ssize(best) > count) best.resize(count);
  return best;
}

Hypothesis HypothesisTree::hypothesis(const DecodingOptions& options, const Node& last) const {
  Hypothesis h;
  h.log_prob = last.score;
  std::vector<const Node*> path;
  for (const Node* node = &last;; node = &nodes_[node->parent]) {
    path.push_back(node);
    if (node->parent < 0) break;
  }
  std::reverse(path.begin(), path.end());
  double before = 0;
  int64_t length = prefix_.length, eos = prefix_.eos;
  for (const Node* node : path) {
    h.tokens.push_back(node->token);
    h.token_log_probs.push_back(node->score - before);
    if (node->token == eos_ && length + (rule_.sentences - eos - 1) >= rule_.max_length)
      ++h.forced_eos;
    before = node->score, eos = node->eos, ++length;
  }
  h.tokens.pop_back();  // the last EOS
  h.score = normalised_score(options, h.log_prob, std::ssize(path));
  return h;
}

}  // namespace nmt
