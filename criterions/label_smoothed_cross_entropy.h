#pragma once

#include "criterions/criterion.h"
#include "criterions/criterion_options.h"
#include "criterions/vocabulary_loss.h"

namespace nmt {

/// loss = reference·nll + each·Σ_v −ln p(v), nll = −ln p(y): both kinds of label smoothing are of
/// this form.
struct SmoothingWeights {
  double reference, each;
};
SmoothingWeights smoothing_weights(SmoothingKind kind, double label_smoothing, int64_t vocabulary);

/// Label-smoothed cross-entropy of log-probabilities [..., V] against `targets` [...] int64, and
/// its gradient by the logits. `log_probabilities` is overwritten where the gradient is needed.
struct SmoothedLoss {
  torch::Tensor loss, nll;  // scalars: sums over all positions
  torch::Tensor gradient;   // [..., V]; undefined where it is not needed
};
SmoothedLoss smoothed_cross_entropy(torch::Tensor log_probabilities, const torch::Tensor& targets,
                                    const SmoothingWeights& weights, Gradient gradient);

/// The usual loss of translation: cross-entropy against the reference, smoothed. Parts: "loss",
/// "nll".
class LabelSmoothedCrossEntropy : public Criterion {
 public:
  LabelSmoothedCrossEntropy(double label_smoothing, SmoothingKind kind)
      : label_smoothing_(label_smoothing), kind_(kind) {}
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override;

 private:
  double label_smoothing_;
  SmoothingKind kind_;
};

/// The result of a criterion whose parts bear `names`; "loss" is put in front.
CriterionResult make_result(const VocabularyLoss& loss, const std::vector<std::string>& names,
                            const Batch& batch);

}  // namespace nmt
