#pragma once

#include <torch/types.h>

#include <memory>
#include <vector>

#include "nmt/training/world.h"

namespace c10d {
class Reducer;
}

namespace nmt {

/// Brings the gradients of several processes together while the backward pass still runs: those of
/// the last layers travel, in buckets, while earlier ones are computed (Li et al. 2020, "PyTorch
/// Distributed", section 3.2; c10d's Reducer does it).
class GradientSync {
 public:
  /// `parameters`: those that are trained, the same ones in the same order in all processes.
  GradientSync(std::vector<torch::Tensor> parameters, World& world);
  ~GradientSync();

  /// Runs the backward pass of an update's last loss. Afterwards every gradient, earlier
  /// micro-batches included, is the sum over processes, equal in all of them. A parameter that no
  /// process used keeps no gradient. `loss` may be undefined: a process without a batch takes part
  /// all the same.
  void backward(torch::Tensor loss);

 private:
  World& world_;
  std::vector<torch::Tensor> parameters_;
  std::unique_ptr<c10d::Reducer> reducer_;
};

}  // namespace nmt
