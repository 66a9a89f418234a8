#include "nmt/decoding/sampling.h"

#include <torch/torch.h>

#include <algorithm>

#include "nmt/decoding/top_k.h"
#include "nmt/support/random.h"

namespace nmt {

torch::Tensor sample(const torch::Tensor& log_probs, const torch::Tensor& uniform,
                     const DecodingOptions& options) {
  torch::Tensor logits = log_probs / options.temperature;
  torch::Tensor tokens;  // of the columns; undefined: the columns are the vocabulary
  if (options.top_k > 0) {
    const TopK top = top_k(logits, std::min(options.top_k, logits.size(1)));
    logits = top.values, tokens = top.indices;
  } else if (options.top_p < 1) {
    std::tie(logits, tokens) = logits.sort(/*stable=*/true, 1, /*descending=*/true);
  }
  torch::Tensor probabilities = torch::softmax(logits, 1, torch::kDouble);
  if (options.top_p < 1) {
    torch::Tensor surplus = probabilities.cumsum(1).sub_(probabilities) >= options.top_p;
    surplus.select(1, 0).fill_(false);
    probabilities.masked_fill_(surplus, 0);
  }
  // Inverse of the cumulative distribution. 1 − u lies in (0, 1], so that a token of probability 0
  // is never hit.
  const torch::Tensor cumulative = probabilities.cumsum(1);
  const torch::Tensor target =
      (1 - uniform).unsqueeze(1) * cumulative.slice(1, cumulative.size(1) - 1);
  const torch::Tensor column =
      torch::searchsorted(cumulative, target).clamp_max_(cumulative.size(1) - 1);
  return (tokens.defined() ? tokens.gather(1, column) : column).squeeze(1);
}

torch::Tensor sampling_numbers(uint64_t seed, const std::vector<uint64_t>& keys, int64_t steps) {
  torch::Tensor numbers = torch::empty({static_cast<int64_t>(keys.size()), steps}, torch::kDouble);
  double* data = numbers.data_ptr<double>();
  for (const uint64_t key : keys) {
    RandomStream stream(hash_key({seed, static_cast<uint64_t>(RandomPurpose::kSampling), key}));
    for (int64_t step = 0; step < steps; ++step) *data++ = stream.uniform();
  }
  return numbers;
}

}  // namespace nmt
