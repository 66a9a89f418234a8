#include "nmt/decoding/pair_scorer.h"

#include <torch/torch.h>

#include <algorithm>

#include "nmt/support/error.h"

namespace nmt {

PairScorer::PairScorer(Ensemble models, PairScorerOptions options, SourceAnnotator annotate)
    : models_(std::move(models)), options_(options), annotate_(std::move(annotate)) {}

std::vector<PairScore> PairScorer::score(const std::vector<TokenPair>& pairs) const {
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < pairs.size(); ++i) {
    const int64_t source = std::ssize(pairs[i].source), target = std::ssize(pairs[i].target);
    if (source == 0 || target == 0)
      throw Error(text("pair ", i + 1, " has an empty ", source == 0 ? "source" : "target"));
    if (std::max(source, target) > models_.max_positions())
      throw Error(text("pair ", i + 1, " has ", source, " source and ", target,
                       " target tokens, more than model.max_positions = ", models_.max_positions()),
                  "Leave it out or shorten it.");
    lengths.push_back(std::max(source, target));
  }
  const EvaluationMode evaluation(models_.models());
  std::vector<PairScore> scores(pairs.size());
  for (const auto& members :
       length_batches(lengths, options_.batch_tokens, options_.batch_sentences)) {
    std::vector<TokenPair> chosen;
    chosen.reserve(members.size());
    for (const size_t index : members) chosen.push_back(pairs[index]);
    Batch batch = make_batch(chosen, options_.pad, options_.bos);
    if (annotate_) annotate_(batch.source, chosen);
    const torch::Tensor flat =
        models_.score(batch.to(models_.device())).to(torch::kCPU, torch::kDouble);
    const double* next = flat.const_data_ptr<double>();
    for (const size_t index : members) {
      PairScore& score = scores[index];
      score.token_log_probs.assign(next, next + pairs[index].target.size());
      next += pairs[index].target.size();
      for (const double value : score.token_log_probs) score.log_prob += value;
    }
  }
  return scores;
}

}  // namespace nmt
