#include "criterions/criterion_options.h"

namespace nmt {

void declare(OptionTable& table, CriterionOptions& o) {
  table.group("criterion", "Criterion");
  table.add("criterion.kind", o.kind, "what is minimised");
  table
      .add("criterion.label_smoothing", o.label_smoothing,
           "probability taken from the reference piece")
      .range(0, 0.99);
  table.add("criterion.smoothing_kind", o.smoothing_kind,
            "who gets it: all V pieces alike (uniform, Szegedy et al. 2016), or the V-1 others "
            "(fairseq)");
  table
      .add("criterion.r_drop_alpha", o.r_drop_alpha,
           "r_drop: weight of the divergence (Liang et al. 2021)")
      .at_least(0);
  table.add("criterion.teacher", o.teacher, "distillation: run folder of the teacher").hint("DIR");
  table
      .add("criterion.distillation_weight", o.distillation_weight,
           "distillation: share of the divergence from the teacher; the rest is cross-entropy")
      .range(0, 1);
  table
      .add("criterion.distillation_temperature", o.distillation_temperature,
           "distillation: divides the logits of teacher and student in the divergence")
      .range(0.01, 100);
}

}  // namespace nmt
