#include "criterions/distillation.h"

#include <torch/torch.h>

#include "nmt/support/error.h"

namespace nmt {
namespace {

/// KL(q ‖ p) at temperature T, summed over positions, and T² times its gradient by the student's
/// logits, which is T (p − q).
struct Divergence {
  torch::Tensor value, gradient;
};

Divergence divergence_from_teacher(const torch::Tensor& student, const torch::Tensor& teacher,
                                   double temperature, Gradient gradient) {
  const torch::Tensor log_p = at::log_softmax(student / temperature, -1);
  const torch::Tensor log_q = at::log_softmax(teacher / temperature, -1);
  const torch::Tensor q = log_q.exp();
  Divergence result{.value = (q * (log_q - log_p)).sum()};
  if (gradient == Gradient::kNeeded) result.gradient = (log_p.exp() - q) * temperature;
  return result;
}

}  // namespace

Distillation::Distillation(const CriterionOptions& options, Transformer teacher)
    : weight_(options.distillation_weight),
      temperature_(options.distillation_temperature),
      label_smoothing_(options.label_smoothing),
      kind_(options.smoothing_kind),
      teacher_(std::move(teacher)) {
  if (!teacher_)
    throw UsageError("criterion.kind = distillation needs a teacher",
                     "Name its run folder: criterion.teacher.");
  teacher_->eval();
}

CriterionResult Distillation::operator()(Transformer& model, const Batch& batch,
                                         const StepContext&) {
  const torch::Tensor& weight = model->output_weight();
  const torch::Tensor& teacher_weight = teacher_->output_weight();
  if (weight.size(0) != teacher_weight.size(0))
    throw UsageError(text("the teacher has ", teacher_weight.size(0),
                          " target pieces, the student ", weight.size(0)),
                     "Distillation by words needs the same vocabulary: prepare the student's data "
                     "with the teacher's.");
  const torch::Tensor target_mask = batch.target_mask();
  const auto states_of = [&](Transformer& transformer) {
    const Memory memory = transformer->encode(batch.source);
    return real_positions(transformer->decode(memory, batch.target_input, target_mask), batch);
  };
  const torch::Tensor hidden = states_of(model);
  torch::Tensor teacher_hidden;
  {
    const torch::NoGradGuard no_grad;
    teacher_hidden = states_of(teacher_);
  }
  const torch::Tensor targets = real_targets(batch);
  const SmoothingWeights weights = smoothing_weights(kind_, label_smoothing_, weight.size(0));
  const VocabularyLoss loss = vocabulary_loss(hidden, weight, 2, [&](const LogitPiece& piece) {
    const int64_t count = piece.logits.size(0);
    const torch::Tensor teacher_logits =
        teacher_->project(teacher_hidden.narrow(0, piece.first, count))
            .to(piece.logits.scalar_type());
    const Divergence divergence =
        divergence_from_teacher(piece.logits, teacher_logits, temperature_, piece.gradient);
    SmoothedLoss smoothed =
        smoothed_cross_entropy(at::log_softmax(piece.logits, -1),
                               targets.narrow(0, piece.first, count), weights, piece.gradient);
    const double share = weight_ * temperature_ * temperature_;
    PieceLoss result{.loss = smoothed.loss * (1 - weight_) + divergence.value * share,
                     .parts = {smoothed.nll, divergence.value}};
    if (piece.gradient == Gradient::kNeeded)
      result.gradient = smoothed.gradient.mul_(1 - weight_).add_(divergence.gradient, weight_);
    return result;
  });
  return make_result(loss, {"nll", "kl"}, batch);
}

}  // namespace nmt
