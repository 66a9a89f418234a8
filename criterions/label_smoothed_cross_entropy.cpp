#include "criterions/label_smoothed_cross_entropy.h"

#include <torch/torch.h>

#include "criterions/smoothed_softmax.h"

namespace nmt {

SmoothingWeights smoothing_weights(SmoothingKind kind, double label_smoothing, int64_t vocabulary) {
  const auto size = static_cast<double>(vocabulary);
  if (kind == SmoothingKind::kUniform)
    return {.reference = 1 - label_smoothing, .each = label_smoothing / size};
  const double each = label_smoothing / (size - 1);
  return {.reference = 1 - label_smoothing - each, .each = each};
}

SmoothedLoss smoothed_cross_entropy(torch::Tensor log_probabilities, const torch::Tensor& targets,
                                    const SmoothingWeights& weights, Gradient gradient) {
  const torch::Tensor index = targets.unsqueeze(-1);
  SmoothedLoss result;
  result.nll = -log_probabilities.gather(-1, index).sum();
  result.loss = result.nll * weights.reference;
  if (weights.each > 0) result.loss -= log_probabilities.sum() * weights.each;
  if (gradient == Gradient::kNeeded) {
    // reference + V·each = 1, so the gradient is p − each − reference at the reference piece.
    result.gradient = log_probabilities.exp_();
    if (weights.each > 0) result.gradient.sub_(weights.each);
    const torch::Tensor reference = torch::full({1}, -weights.reference, result.gradient.options());
    result.gradient.scatter_add_(-1, index, reference.expand(index.sizes()));
  }
  return result;
}

CriterionResult LabelSmoothedCrossEntropy::operator()(Transformer& model, const Batch& batch,
                                                      const StepContext&) {
  const Memory memory = model->encode(batch.source);
  const torch::Tensor hidden =
      real_positions(model->decode(memory, batch.target_input, batch.target_mask()), batch);
  const torch::Tensor targets = real_targets(batch);
  const torch::Tensor& weight = model->output_weight();
  const SmoothingWeights weights = smoothing_weights(kind_, label_smoothing_, weight.size(0));
  const VocabularyLoss loss = vocabulary_loss(hidden, weight, 1, [&](const LogitPiece& piece) {
    SmoothedLoss smoothed =
        smoothed_softmax(piece.logits, targets.narrow(0, piece.first, piece.logits.size(0)),
                         weights, piece.gradient);
    return PieceLoss{.loss = smoothed.loss, .parts = {smoothed.nll}, .gradient = smoothed.gradient};
  });
  return make_result(loss, {"nll"}, batch);
}

CriterionResult make_result(const VocabularyLoss& loss, const std::vector<std::string>& names,
                            const Batch& batch) {
  const auto tokens = static_cast<double>(batch.target_tokens);
  CriterionResult result{.loss = loss.loss, .tokens = batch.target_tokens, .parts = {}};
  result.parts.push_back({.name = "loss", .sum = loss.loss.detach(), .weight = tokens});
  for (size_t i = 0; i < names.size(); ++i)
    result.parts.push_back({.name = names[i], .sum = loss.parts[i], .weight = tokens});
  return result;
}

}  // namespace nmt
