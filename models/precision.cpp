#include "models/precision.h"

#include <ATen/autocast_mode.h>

namespace nmt {

AutocastGuard::AutocastGuard(const torch::Device& device, torch::ScalarType type)
    : device_(device.type()), active_(type != torch::kFloat32) {
  if (!active_) return;
  was_enabled_ = at::autocast::is_autocast_enabled(device_);
  previous_type_ = at::autocast::get_autocast_dtype(device_);
  at::autocast::increment_nesting();
  at::autocast::set_autocast_enabled(device_, true);
  at::autocast::set_autocast_dtype(device_, type);
}

AutocastGuard::~AutocastGuard() {
  if (!active_) return;
  at::autocast::set_autocast_enabled(device_, was_enabled_);
  at::autocast::set_autocast_dtype(device_, previous_type_);
  // Weights cast for this pass are stale once the optimiser has stepped.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

}  // namespace nmt
