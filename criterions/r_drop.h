#pragma once

#include "criterions/criterion.h"
#include "criterions/criterion_options.h"
#include "criterions/label_smoothed_cross_entropy.h"

namespace nmt {

/// R-Drop (Liang et al. 2021): each batch passes through the model twice, with different dropout,
/// and the two distributions p, q are drawn together. Per position:
///   ½ (ce_p + ce_q) + alpha/4 · (KL(p‖q) + KL(q‖p)),
/// with ce label-smoothed. This is half of the paper's loss (algorithm 1: ce_p + ce_q + alpha · ½
/// (KL + KL)), so that alpha is the paper's and the loss is that of plain training when dropout is
/// 0. In validation the model runs once, without divergence. Parts: "loss", "nll" (mean of both
/// passes), "kl" (½ (KL(p‖q) + KL(q‖p))).
class RDrop : public Criterion {
 public:
  explicit RDrop(const CriterionOptions& options)
      : alpha_(options.r_drop_alpha),
        label_smoothing_(options.label_smoothing),
        kind_(options.smoothing_kind),
        single_pass_(options.label_smoothing, options.smoothing_kind) {}
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override;

 private:
  double alpha_, label_smoothing_;
  SmoothingKind kind_;
  LabelSmoothedCrossEntropy single_pass_;
};

}  // namespace nmt
