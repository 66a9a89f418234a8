#pragma once

#include <torch/types.h>

#include "criterions/vocabulary_loss.h"

namespace nmt {

/// A divergence between distributions over the vocabulary, for the pieces of vocabulary_loss().
struct Divergence {
  torch::Tensor value;     // scalar: the sum over positions
  torch::Tensor gradient;  // of value by the logits; undefined where it is not needed
};

/// ½ (KL(p‖q) + KL(q‖p)) = ½ Σ_v (p − q)(ln p − ln q), summed over positions, of
/// `log_probabilities` [n, 2, V]: ln p, then ln q, of each position. The gradient by the logits of
/// both has the same shape; with d = ln p − ln q, that by p's is ½ (p (d − Σ p d) + p − q).
Divergence symmetric_divergence(const torch::Tensor& log_probabilities, Gradient gradient);

}  // namespace nmt
