#pragma once

#include <cstdint>

#include "nmt/training/training_options.h"

namespace nmt {

/// The learning rate of update `update` (1-based) in a run of `max_updates`:
///   update <= warmup:  warmup_lr + (lr − warmup_lr) · update / warmup
///   inverse_sqrt:      max(min_lr, lr · sqrt(max(warmup, 1) / update))          (Vaswani et al.
///   2017, fairseq's form) linear:            min_lr + (lr − min_lr) · (1 − p) cosine: min_lr + (lr
///   − min_lr) · ½(1 + cos πp)                    (Loshchilov & Hutter 2017) constant:          lr
/// with p = (update − warmup) / (max_updates − warmup), clamped to [0, 1].
double learning_rate(const ScheduleOptions& options, int64_t update, int64_t max_updates);

}  // namespace nmt
