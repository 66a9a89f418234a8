#pragma once

#include <torch/types.h>

namespace nmt {

/// Runs what follows in bfloat16 where that is safe (LibTorch's autocast: matrix products yes,
/// norms and losses no) for as long as it lives. With kFloat32 it does nothing.
class AutocastGuard {
 public:
  AutocastGuard(const torch::Device& device, torch::ScalarType type);
  ~AutocastGuard();
  AutocastGuard(const AutocastGuard&) = delete;
  AutocastGuard& operator=(const AutocastGuard&) = delete;

 private:
  torch::DeviceType device_;
  bool active_;
  bool was_enabled_ = false;
  torch::ScalarType previous_type_ = torch::kFloat32;
};

}  // namespace nmt
