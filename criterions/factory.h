#pragma once

#include <memory>

#include "criterions/criterion.h"
#include "criterions/criterion_options.h"

namespace nmt {

/// The criterion that the options name. `teacher` is the model distillation learns from, on the
/// student's device; the others ignore it. Throws UsageError when it is missing.
std::unique_ptr<Criterion> make_criterion(const CriterionOptions& options,
                                          Transformer teacher = nullptr);

}  // namespace nmt
