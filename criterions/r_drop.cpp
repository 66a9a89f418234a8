#include "criterions/r_drop.h"

#include <torch/torch.h>

#include "criterions/divergence.h"

namespace nmt {

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
