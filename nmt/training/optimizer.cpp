#include "nmt/training/optimizer.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/torch.h>

#include "nmt/support/error.h"

namespace nmt {

Optimizer::Optimizer(const NamedTensors& parameters, OptimizerOptions options) : options_(options) {
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.requires_grad()) continue;
    names_.push_back(name);
    parameters_.push_back(parameter);
    means_.push_back(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
    squares_.push_back(torch::zeros_like(parameter, torch::MemoryFormat::Preserve));
  }
  if (parameters_.empty()) throw UsageError("nothing to train: every parameter is frozen");
  steps_ =
      torch::zeros({}, parameters_.front().options().dtype(torch::kFloat32).requires_grad(false));
}

Optimizer::StepResult Optimizer::step(double lr, double divisor) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> weights, gradients, means, squares;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;  // took no part in this update
    weights.push_back(parameters_[i]);
    gradients.push_back(parameters_[i].grad());
    means.push_back(means_[i]);
    squares.push_back(squares_[i]);
  }
  if (weights.empty()) throw Error("the loss reached no parameter: there is no gradient");

  const torch::Tensor norm = torch::stack(at::_foreach_norm(gradients)).norm() / divisor;
  const torch::Tensor skipped = torch::isfinite(norm).logical_not().to(torch::kFloat32);
  torch::Tensor scale = torch::full({}, divisor, norm.options().dtype(torch::kFloat32));
  if (options_.clip_norm > 0)
    scale = scale * (norm / options_.clip_norm).clamp_min(1.0).to(torch::kFloat32);

  // All parameters share one step count; the kernel takes one per parameter.
  steps_.add_(1).sub_(skipped);
  const std::vector<torch::Tensor> steps(weights.size(), steps_);
  if (options_.kind == OptimizerKind::kAdam)
    at::_fused_adam_(weights, gradients, means, squares, {}, steps, lr, options_.beta1,
                     options_.beta2, options_.weight_decay, options_.epsilon, /*amsgrad=*/false,
                     /*maximize=*/false, scale, skipped);
  else
    at::_fused_adamw_(weights, gradients, means, squares, {}, steps, lr, options_.beta1,
                      options_.beta2, options_.weight_decay, options_.epsilon, /*amsgrad=*/false,
                      /*maximize=*/false, scale, skipped);
  return {norm, skipped};
}

void Optimizer::clear_gradients() {
  for (torch::Tensor& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
}

TensorMap Optimizer::state() const {
  TensorMap state;
  for (size_t i = 0; i < names_.size(); ++i) {
    state["optimizer.mean." + names_[i]] = means_[i];
    state["optimizer.square." + names_[i]] = squares_[i];
  }
  state["optimizer.steps"] = steps_;
  return state;
}

void Optimizer::load(const TensorMap& state) {
  const torch::NoGradGuard no_grad;
  for (auto& [name, tensor] : this->state()) {
    const auto found = state.find(name);
    if (found == state.end()) throw Error(text("the training state holds no '", name, "'"));
    if (found->second.sizes() != tensor.sizes())
      throw Error(text("'", name, "' has shape ", found->second.sizes(),
                       " in the training state, but ", tensor.sizes(), " in this model"));
    tensor.copy_(found->second);
  }
}

}  // namespace nmt
