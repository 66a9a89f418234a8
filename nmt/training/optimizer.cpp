#include "nmt/training/optimizer.h"

#include <ATen/ops/_foreach_norm.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_adamw.h>
#include <torch/csrc/utils/tensor_flatten.h>
#include <torch/torch.h>

#include <algorithm>
#include <numeric>

#include "nmt/support/error.h"

namespace nmt {

namespace {

// Which process owns which tensor: the largest go first, each to the process that has least.
std::vector<int64_t> divide(const std::vector<torch::Tensor>& tensors, int64_t processes) {
  std::vector<size_t> order(tensors.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return tensors[a].numel() > tensors[b].numel(); });
  std::vector<int64_t> owners(tensors.size()), load(static_cast<size_t>(processes), 0);
  for (const size_t tensor : order) {
    const auto least = std::min_element(load.begin(), load.end());
    owners[tensor] = least - load.begin();
    *least += tensors[tensor].numel();
  }
  return owners;
}

}  // namespace

Optimizer::Optimizer(const NamedTensors& parameters, OptimizerOptions options, World& world)
    : options_(options), world_(world) {
  for (const auto& [name, parameter] : parameters) {
    if (!parameter.requires_grad()) continue;
    names_.push_back(name);
    parameters_.push_back(parameter);
  }
  if (parameters_.empty()) throw UsageError("nothing to train: every parameter is frozen");
  owners_ = options.sharded ? divide(parameters_, world.size())
                            : std::vector<int64_t>(parameters_.size(), world.rank());
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const auto zeros = [&] {
      return torch::zeros_like(parameters_[i], torch::MemoryFormat::Preserve);
    };
    means_.push_back(owns(i) ? zeros() : torch::Tensor());
    squares_.push_back(owns(i) ? zeros() : torch::Tensor());
  }
  steps_ =
      torch::zeros({}, parameters_.front().options().dtype(torch::kFloat32).requires_grad(false));
}

Optimizer::StepResult Optimizer::step(double lr, const torch::Tensor& divisor) {
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> all_gradients, weights, gradients, means, squares;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    if (!parameters_[i].grad().defined()) continue;  // took no part in this update
    all_gradients.push_back(parameters_[i].grad());
    if (!owns(i)) continue;
    weights.push_back(parameters_[i]);
    gradients.push_back(parameters_[i].grad());
    means.push_back(means_[i]);
    squares.push_back(squares_[i]);
  }
  if (all_gradients.empty()) throw Error("the loss reached no parameter: there is no gradient");

  const torch::Tensor norm = torch::stack(at::_foreach_norm(all_gradients)).norm() / divisor;
  const torch::Tensor skipped = torch::isfinite(norm).logical_not().to(torch::kFloat32);
  torch::Tensor scale = divisor.clone();
  if (options_.clip_norm > 0)
    scale = scale * (norm / options_.clip_norm).clamp_min(1.0).to(torch::kFloat32);

  // All parameters share one step count; the kernel takes one per parameter.
  steps_.add_(1).sub_(skipped);
  const std::vector<torch::Tensor> steps(weights.size(), steps_);
  // A process may own none; the kernel for GPUs would read the first.
  if (!weights.empty()) {
    if (options_.kind == OptimizerKind::kAdam)
      at::_fused_adam_(weights, gradients, means, squares, {}, steps, lr, options_.beta1,
                       options_.beta2, options_.weight_decay, options_.epsilon, /*amsgrad=*/false,
                       /*maximize=*/false, scale, skipped);
    else
      at::_fused_adamw_(weights, gradients, means, squares, {}, steps, lr, options_.beta1,
                        options_.beta2, options_.weight_decay, options_.epsilon, /*amsgrad=*/false,
                        /*maximize=*/false, scale, skipped);
  }
  share_weights();
  return {norm, skipped};
}

void Optimizer::share_weights() {
  if (!options_.sharded || world_.size() == 1) return;
  for (int64_t owner = 0; owner < world_.size(); ++owner) {
    std::vector<torch::Tensor> weights;
    for (size_t i = 0; i < parameters_.size(); ++i)
      if (owners_[i] == owner) weights.push_back(parameters_[i]);
    if (weights.empty()) continue;
    torch::Tensor flat = torch::utils::flatten_dense_tensors(weights);
    world_.broadcast(flat, owner);
    if (owner == world_.rank()) continue;
    const auto parts = torch::utils::unflatten_dense_tensors(flat, weights);
    for (size_t i = 0; i < weights.size(); ++i) weights[i].copy_(parts[i]);
  }
}

void Optimizer::clear_gradients() {
  for (torch::Tensor& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
}

// What the owner of a parameter has, in the main process.
torch::Tensor Optimizer::for_main(const torch::Tensor& mine, size_t parameter) const {
  if (!options_.sharded || world_.size() == 1) return mine;
  torch::Tensor moment = mine.defined() ? mine : torch::empty_like(parameters_[parameter]).detach();
  world_.broadcast(moment, owners_[parameter]);
  return world_.is_main() ? moment.cpu() : torch::Tensor();
}

TensorMap Optimizer::state() const {
  const torch::NoGradGuard no_grad;
  TensorMap state;
  for (size_t i = 0; i < names_.size(); ++i) {
    state["optimizer.mean." + names_[i]] = for_main(means_[i], i);
    state["optimizer.square." + names_[i]] = for_main(squares_[i], i);
  }
  state["optimizer.steps"] = steps_;
  return state;
}

void Optimizer::load(const TensorMap& state) {
  const torch::NoGradGuard no_grad;
  const auto load = [&](const std::string& name, torch::Tensor& into) {
    if (!into.defined()) return;
    const auto found = state.find(name);
    if (found == state.end()) throw Error(text("the training state holds no '", name, "'"));
    if (found->second.sizes() != into.sizes())
      throw Error(text("'", name, "' has shape ", found->second.sizes(),
                       " in the training state, but ", into.sizes(), " in this model"));
    into.copy_(found->second);
  };
  for (size_t i = 0; i < names_.size(); ++i) {
    load("optimizer.mean." + names_[i], means_[i]);
    load("optimizer.square." + names_[i], squares_[i]);
  }
  load("optimizer.steps", steps_);
}

}  // namespace nmt
