#include "criterions/divergence.h"

#include <torch/torch.h>

namespace nmt {

Divergence symmetric_divergence(const torch::Tensor& log_probabilities, Gradient gradient) {
  const torch::Tensor both = log_probabilities.exp();
  const torch::Tensor difference =
      log_probabilities.select(1, 0) - log_probabilities.select(1, 1);  // [n, V]
  const torch::Tensor gap = both.select(1, 0) - both.select(1, 1);
  Divergence result{.value = (gap * difference).sum() * 0.5};
  if (gradient == Gradient::kNone) return result;
  const torch::Tensor signed_difference = torch::stack({difference, -difference}, 1);  // [n, 2, V]
  const torch::Tensor mean =
      (both * signed_difference).sum(-1, /*keepdim=*/true);  // KL(p‖q), KL(q‖p)
  result.gradient = (both * (signed_difference - mean) + torch::stack({gap, -gap}, 1)) * 0.5;
  return result;
}

}  // namespace nmt
