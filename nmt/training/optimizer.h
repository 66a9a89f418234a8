#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "nmt/training/tensor_file.h"
#include "nmt/training/training_options.h"

namespace nmt {

/// Adam (Kingma & Ba 2015) and AdamW (Loshchilov & Hutter 2019) through LibTorch's fused kernels:
/// one pass over weights, gradients and moments for scaling, clipping and the step.
class Optimizer {
 public:
  using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

  /// Optimises those of `parameters` that require a gradient now.
  Optimizer(const NamedTensors& parameters, OptimizerOptions options);

  struct StepResult {
    torch::Tensor gradient_norm;  // scalar: of the scaled gradient, before clipping
    torch::Tensor
        skipped;  // scalar, 1 when the gradient was not finite and nothing was changed, else 0
  };

  /// Divides the accumulated gradients by `divisor` (the update's target tokens), clips them, steps
  /// with learning rate `lr`. Does not wait for the device. A non-finite gradient leaves weights,
  /// moments and step count as they were.
  StepResult step(double lr, double divisor);

  /// Forgets all gradients.
  void clear_gradients();

  /// Moments and step count by name, for a checkpoint; views, not copies.
  TensorMap state() const;
  /// Puts back what state() gave. Throws Error naming a tensor that is missing or has another
  /// shape.
  void load(const TensorMap& state);

  const std::vector<torch::Tensor>& parameters() const { return parameters_; }

 private:
  OptimizerOptions options_;
  std::vector<std::string> names_;
  std::vector<torch::Tensor> parameters_, means_, squares_;
  torch::Tensor steps_;  // scalar fp32, shared by all parameters
};

}  // namespace nmt
