#pragma once

#include <string>

#include "nmt/options/option_table.h"

namespace nmt {

enum class CriterionKind { kLabelSmoothedCrossEntropy, kRDrop, kDistillation };
/// How label smoothing spreads eps over the vocabulary of V pieces. With nll = −ln p(y) and s = Σ_v
/// −ln p(v): uniform: (1 − eps)·nll + eps/V·s (Szegedy et al. 2016, section 7); fairseq: (1 − eps −
/// eps/(V−1))·nll + eps/(V−1)·s. The right piece gets 1 − eps, the others eps/(V−1) each.
enum class SmoothingKind { kUniform, kFairseq };

inline EnumNames<CriterionKind> enum_names(CriterionKind) {
  return {{CriterionKind::kLabelSmoothedCrossEntropy, "label_smoothed_cross_entropy"},
          {CriterionKind::kRDrop, "r_drop"},
          {CriterionKind::kDistillation, "distillation"}};
}
inline EnumNames<SmoothingKind> enum_names(SmoothingKind) {
  return {{SmoothingKind::kUniform, "uniform"}, {SmoothingKind::kFairseq, "fairseq"}};
}

struct CriterionOptions {
  CriterionKind kind = CriterionKind::kLabelSmoothedCrossEntropy;
  double label_smoothing = 0.1;  // eps; 0 is plain cross-entropy
  SmoothingKind smoothing_kind = SmoothingKind::kFairseq;
  double r_drop_alpha = 5.0;              // weight of R-Drop's divergence, the paper's alpha
  std::string teacher;                    // distillation: run folder of the teacher
  double distillation_weight = 0.5;       // share of the teacher's divergence; 1: the teacher alone
  double distillation_temperature = 1.0;  // softens both distributions of the divergence
};

void declare(OptionTable& table, CriterionOptions& options);

}  // namespace nmt
