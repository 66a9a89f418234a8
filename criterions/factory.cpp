#include "criterions/factory.h"

#include "criterions/distillation.h"
#include "criterions/label_smoothed_cross_entropy.h"
#include "criterions/r_drop.h"

namespace nmt {

std::unique_ptr<Criterion> make_criterion(const CriterionOptions& options, Transformer teacher) {
  switch (options.kind) {
    case CriterionKind::kLabelSmoothedCrossEntropy:
      return std::make_unique<LabelSmoothedCrossEntropy>(options.label_smoothing,
                                                         options.smoothing_kind);
    case CriterionKind::kRDrop:
      return std::make_unique<RDrop>(options);
    case CriterionKind::kDistillation:
      return std::make_unique<Distillation>(options, std::move(teacher));
  }
  throw UsageError("unknown criterion.kind");
}

}  // namespace nmt
