#pragma once

#include <torch/torch.h>

#include <utility>

namespace nmt {

/// While one lives, layers that this thread makes get no first values: for a model whose weights
/// are loaded right after, where drawing them would be a tenth of the start of `nmt translate`.
class UninitializedLayers {
 public:
  UninitializedLayers() : outer_(std::exchange(active_, true)) {}
  ~UninitializedLayers() { active_ = outer_; }
  UninitializedLayers(const UninitializedLayers&) = delete;
  UninitializedLayers& operator=(const UninitializedLayers&) = delete;

  static bool active() { return active_; }

 private:
  static inline thread_local bool active_ = false;
  bool outer_;
};

/// How every layer gets its first weights: `draw` writes them, with gradients off.
template <typename Draw>
void initialize(const Draw& draw) {
  if (UninitializedLayers::active()) return;
  const torch::NoGradGuard no_grad;
  draw();
}

}  // namespace nmt
