#include "nmt/training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace nmt {

double learning_rate(const ScheduleOptions& o, int64_t update, int64_t max_updates) {
  if (update <= o.warmup)
    return o.warmup_lr +
           (o.lr - o.warmup_lr) * static_cast<double>(update) / static_cast<double>(o.warmup);
  const double after = static_cast<double>(update - o.warmup);
  const double span = static_cast<double>(std::max<int64_t>(1, max_updates - o.warmup));
  const double p = std::clamp(after / span, 0.0, 1.0);
  switch (o.kind) {
    case ScheduleKind::kInverseSqrt: {
      const double warmup = static_cast<double>(std::max<int64_t>(1, o.warmup));
      return std::max(o.min_lr, o.lr * std::sqrt(warmup / static_cast<double>(update)));
    }
    case ScheduleKind::kLinear:
      return o.min_lr + (o.lr - o.min_lr) * (1 - p);
    case ScheduleKind::kCosine:
      return o.min_lr + (o.lr - o.min_lr) * 0.5 * (1 + std::cos(std::numbers::pi * p));
    case ScheduleKind::kConstant:
      break;
  }
  return o.lr;
}

}  // namespace nmt
