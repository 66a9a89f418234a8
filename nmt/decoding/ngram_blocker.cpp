#include "nmt/decoding/ngram_blocker.h"

#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace nmt {

NgramBlocker::NgramBlocker(int64_t order, const std::vector<std::vector<int32_t>>& prefixes,
                           int64_t pad, int64_t eos, torch::Device device)
    : order_(order), pad_(pad), eos_(eos) {
  size_t longest = 0;
  for (const auto& prefix : prefixes) longest = std::max(longest, prefix.size());
  const auto rows = static_cast<int64_t>(prefixes.size());
  torch::Tensor history = torch::full({rows, 1, static_cast<int64_t>(longest)}, pad, torch::kLong);
  int64_t* data = history.data_ptr<int64_t>();
  for (const auto& prefix : prefixes) {
    std::copy(prefix.begin(), prefix.end(), data + longest - prefix.size());
    data += longest;
  }
  history_ = history.to(device);
}

void NgramBlocker::block(torch::Tensor& log_probs) const {
  if (history_.size(2) < order_) return;
  const torch::Tensor ngrams = history_.unfold(2, order_, 1);  // [sentences, beam, places, n]
  const torch::Tensor begin =
      history_.slice(2, history_.size(2) - (order_ - 1)).unsqueeze(2);  // what comes next completes
  // Places with no EOS from there on: those of the sentence being written.
  const torch::Tensor ended = (history_ == eos_).flip(2).cumsum(2).flip(2) > 0;
  const torch::Tensor current = ended.slice(2, 0, ngrams.size(2)).logical_not();
  const torch::Tensor real = (ngrams != pad_).all(-1) & current;
  const torch::Tensor repeats =
      real & (ngrams.slice(3, 0, order_ - 1) == begin).all(-1);  // [sentences, beam, places]
  const torch::Tensor penalty =
      torch::zeros(repeats.sizes(), log_probs.options())
          .masked_fill_(repeats, -std::numeric_limits<double>::infinity());
  log_probs.scatter_add_(1, ngrams.select(3, order_ - 1).reshape({log_probs.size(0), -1}),
                         penalty.view({log_probs.size(0), -1}));
}

void NgramBlocker::advance(const torch::Tensor& tokens, const torch::Tensor& parents) {
  const torch::Tensor from = parents.unsqueeze(2).expand({-1, -1, history_.size(2)});
  history_ = torch::cat({history_.gather(1, from), tokens.unsqueeze(2)}, 2);
}

}  // namespace nmt
