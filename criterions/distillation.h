#pragma once

#include "criterions/criterion.h"
#include "criterions/criterion_options.h"
#include "criterions/label_smoothed_cross_entropy.h"

namespace nmt {

/// Word-level knowledge distillation (Kim & Rush 2016, section 3.1). Per position, with teacher q
/// and student p, both at temperature T (softmax of logits / T):
///   (1 − w) · ce + w · T² · KL(q_T ‖ p_T),
/// ce label-smoothed, at temperature 1. The paper's cross-entropy against q differs by the entropy
/// of q, which no gradient sees; T² keeps the gradient's size (Hinton et al. 2015). The teacher
/// runs in evaluation mode, without gradients. In validation the loss is the same. Parts: "loss",
/// "nll", "kl" (KL(q_T ‖ p_T)).
class Distillation : public Criterion {
 public:
  /// Throws UsageError when there is no teacher.
  Distillation(const CriterionOptions& options, Transformer teacher);
  /// Throws UsageError when student and teacher have target vocabularies of different sizes.
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override;

 private:
  double weight_, temperature_, label_smoothing_;
  SmoothingKind kind_;
  Transformer teacher_;
};

}  // namespace nmt
