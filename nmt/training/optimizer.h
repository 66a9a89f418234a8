#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "nmt/training/tensor_file.h"
#include "nmt/training/training_options.h"
#include "nmt/training/world.h"

namespace nmt {

/// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019) through LibTorch's fused kernels:
/// one pass over weights, gradients and moments for scaling, clipping and the step.
class Optimizer {
 public:
  using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

  /// Optimises those of `parameters` that require a gradient now. With options.sharded each process
  /// of `world` keeps the moments of a part of them, steps those, and gets the others from their
  /// owners (Rajbhandari et al. 2020, "ZeRO", stage 1); all processes then call step(), state() and
  /// load() together.
  Optimizer(const NamedTensors& parameters, OptimizerOptions options, World& world);

  struct StepResult {
    torch::Tensor gradient_norm;  // scalar: of the scaled gradient, before clipping
    torch::Tensor
        skipped;  // scalar, 1 when the gradient was not finite and nothing was changed, else 0
  };

  /// Divides the accumulated gradients by the fp32 scalar `divisor` (the update's target tokens),
  /// clips them, steps with learning rate `lr`. Does not wait for the device. A non-finite gradient
  /// leaves weights, moments and step count as they were.
  StepResult step(double lr, const torch::Tensor& divisor);

  /// Forgets all gradients.
  void clear_gradients();

  /// Moments and step count by name, for a checkpoint; views, not copies. With sharding complete in
  /// the main process only, and copies on the CPU.
  TensorMap state() const;
  /// Puts back what state() gave. Throws Error naming a tensor that is missing or has another
  /// shape.
  void load(const TensorMap& state);

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

 private:
  bool owns(size_t parameter) const { return owners_[parameter] == world_.rank(); }
  void share_weights();
  torch::Tensor for_main(const torch::Tensor& mine, size_t parameter) const;

  OptimizerOptions options_;
  World& world_;
  std::vector<std::string> names_;
  // Moments are undefined where another process owns them.
  std::vector<torch::Tensor> parameters_, means_, squares_;
  std::vector<int64_t> owners_;  // process of each parameter
  torch::Tensor steps_;          // scalar fp32, shared by all parameters
};

}  // namespace nmt
