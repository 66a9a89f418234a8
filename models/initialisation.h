#pragma once

#include <torch/torch.h>

#include <utility>

namespace nmt {

/// While one lives, layers that this thread makes get no first values: for a model whose weights
/// are loaded right after, where drawing them would be a tenth of the start of `nmt translate`.
class UninitialisedLayers {
 public:
  UninitialisedLayers() : outer_(std::exchange(active_, true)) {}
  ~UninitialisedLayers() { active_ = outer_; }
  UninitialisedLayers(const UninitialisedLayers&) = delete;
  UninitialisedLayers& operator=(const UninitialisedLayers&) = delete;

  static bool active() { return active_; }

 private:
  static inline thread_local bool active_ = false;
  bool outer_;
};

/// How every layer gets its first weights: `draw` writes them, with gradients off.
template <typename Draw>
void initialise(const Draw& draw) {
  if (UninitialisedLayers::active()) return;
  const torch::NoGradGuard no_grad;
  draw();
}

}  // namespace nmt
