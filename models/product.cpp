#include "models/product.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <torch/torch.h>

#include <algorithm>

namespace nmt {
namespace {

/// oneDNN's inner product on plain tensors, which LibTorch keeps for its compiler. Absent from
/// builds without oneDNN.
const std::optional<c10::OperatorHandle>& inner_product() {
  static const std::optional<c10::OperatorHandle> handle =
      c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  return handle;
}

/// Whether this LibTorch has it, and the user has not switched oneDNN off.
bool has_onednn_product() {
  return at::globalContext().userEnabledMkldnn() && inner_product();
}

/// x Wᵀ + b (undefined: none) on a CPU, in the type of all three; not differentiable.
torch::Tensor onednn_product(const torch::Tensor& x, const torch::Tensor& weight,
                             const torch::Tensor& bias = {}) {
  torch::jit::Stack stack{x,
                          weight,
                          bias.defined() ? c10::IValue(bias) : c10::IValue(),
                          "none",
                          c10::List<std::optional<at::Scalar>>(),
                          ""};
  inner_product()->callBoxed(stack);
  return stack.front().toTensor();
}

bool onednn_serves(const torch::Tensor& x, const torch::Tensor& weight) {
  return x.is_cpu() && x.scalar_type() == torch::kFloat32 &&
         weight.scalar_type() == torch::kFloat32 && x.numel() > 0 &&
         !at::autocast::is_autocast_enabled(at::kCPU) && has_onednn_product();
}

// oneDNN's product wants both factors with the rows innermost, and LibTorch transposes them for it:
// in narrow products that takes longer than MKL, which does not need it, loses by half the vector
// width. At a width of 128 MKL took 0.7 to 0.85 of oneDNN's time, from 256 on 0.8 to 1.15 (Zen
// EPYC, one thread).
constexpr int64_t kNarrow = 256;

class ProductFunction : public torch::autograd::Function<ProductFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight,
                               const std::optional<torch::Tensor>& bias) {
    context->save_for_backward({x, weight});
    context->saved_data["bias"] = bias.has_value();
    return onednn_product(x, weight, bias.value_or(torch::Tensor()));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& outer) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight = saved[1];
    // Gradients of gradients need operations that autograd knows.
    const bool again = torch::GradMode::is_enabled();
    const auto multiply = [&](const torch::Tensor& a, const torch::Tensor& b) {
      return again ? at::linear(a, b) : onednn_product(a, b);
    };
    const torch::Tensor gradient = outer[0].reshape({-1, weight.size(0)});
    torch::Tensor by_x, by_weight, by_bias;
    if (context->needs_input_grad(0)) by_x = multiply(gradient, weight.t()).view(x.sizes());
    if (context->needs_input_grad(1))
      by_weight = product_over_rows(gradient, x.reshape({-1, x.size(-1)}));
    if (context->saved_data["bias"].toBool() && context->needs_input_grad(2))
      by_bias = gradient.sum(0);
    return {by_x, by_weight, by_bias};
  }
};

}  // namespace

torch::Tensor product_over_rows(const torch::Tensor& a, const torch::Tensor& b) {
  const bool narrow = std::min(a.size(1), b.size(1)) < kNarrow;
  if (narrow || torch::GradMode::is_enabled() || !onednn_serves(a, b)) return at::mm(a.t(), b);
  return onednn_product(a.t(), b.t());
}

torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias) {
  const std::optional<torch::Tensor> shift = bias.defined() ? std::optional(bias) : std::nullopt;
  if (!onednn_serves(x, weight)) return at::linear(x, weight, shift);
  const bool differentiate =
      torch::GradMode::is_enabled() &&
      (x.requires_grad() || weight.requires_grad() || (bias.defined() && bias.requires_grad()));
  return differentiate ? ProductFunction::apply(x, weight, shift) : onednn_product(x, weight, bias);
}

}  // namespace nmt
