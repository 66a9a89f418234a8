#include "criterions/r_drop.h"

#include <torch/torch.h>

namespace nmt {
namespace {

/// ½ (KL(p‖q) + KL(q‖p)) = ½ Σ_v (p − q)(ln p − ln q), summed over positions, of log-probabilities
/// [n, 2, V], and its gradient by the logits, where that is needed. With d = ln p − ln q, the
/// gradient by p's logits is ½ (p (d − Σ p d) + p − q).
struct Divergence {
  torch::Tensor value, gradient;
};

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

}  // namespace

CriterionResult RDrop::operator()(Transformer& model, const Batch& batch, const StepContext& step) {
  if (!step.training) return single_pass_(model, batch, step);
  const torch::Tensor target_mask = batch.target_mask();
  const auto pass = [&] {
    const Memory memory = model->encode(batch.source);
    return real_positions(model->decode(memory, batch.target_input, target_mask), batch);
  };
  const torch::Tensor first = pass(), second = pass();
  const torch::Tensor hidden = torch::stack({first, second}, 1);  // [tokens, 2, dim]
  const torch::Tensor targets = real_targets(batch);
  const torch::Tensor& weight = model->output_weight();
  const SmoothingWeights weights = smoothing_weights(kind_, label_smoothing_, weight.size(0));
  const VocabularyLoss loss = vocabulary_loss(hidden, weight, 2, [&](const LogitPiece& piece) {
    const torch::Tensor log_probabilities = at::log_softmax(piece.logits, -1);
    const Divergence divergence = symmetric_divergence(log_probabilities, piece.gradient);
    const torch::Tensor references =
        targets.narrow(0, piece.first, piece.logits.size(0)).unsqueeze(1).expand({-1, 2});
    SmoothedLoss smoothed =
        smoothed_cross_entropy(log_probabilities, references, weights, piece.gradient);
    PieceLoss result{.loss = smoothed.loss * 0.5 + divergence.value * (alpha_ / 2),
                     .parts = {smoothed.nll * 0.5, divergence.value}};
    if (piece.gradient == Gradient::kNeeded)
      result.gradient = smoothed.gradient.mul_(0.5).add_(divergence.gradient, alpha_ / 2);
    return result;
  });
  return make_result(loss, {"nll", "kl"}, batch);
}

}  // namespace nmt
