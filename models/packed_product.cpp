#include "models/packed_product.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/quantized/PackedParams.h>
#include <torch/torch.h>

#include <algorithm>

#include "models/processor.h"
#include "models/product.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

/// Blocks chosen for many rows serve few as well; those chosen for few are slow with many.
constexpr int64_t kRows = 256;

std::optional<c10::OperatorHandle> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

torch::Tensor blocked(const torch::Tensor& weight) {
  static const auto reorder = find_operator("mkldnn::_reorder_linear_weight");
  if (!reorder || !has_onednn_product()) return {};
  torch::jit::Stack stack{weight, c10::IValue(kRows)};
  reorder->callBoxed(stack);
  return stack.front().toTensor();
}

PackedProduct pack_fp32(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor blocks = blocked(weight);
  if (!blocks.defined()) return {};
  return [blocks, bias](const torch::Tensor& x) { return onednn_product(x, blocks, bias); };
}

PackedProduct pack_bf16(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor rounded = weight.to(torch::kBFloat16);
  const torch::Tensor shift = bias.defined() ? bias.to(torch::kBFloat16) : bias;
  // oneDNN demands AVX-512 for bf16, with or without instructions for its products.
  const torch::Tensor blocks = weight.is_cpu() && has_avx512() ? blocked(rounded) : torch::Tensor();
  if (blocks.defined())
    return [blocks, shift](const torch::Tensor& x) {
      return onednn_product(x.to(torch::kBFloat16), blocks, shift).to(x.scalar_type());
    };
  return [rounded, shift](const torch::Tensor& x) {
    const std::optional<torch::Tensor> added =
        shift.defined() ? std::optional(shift) : std::nullopt;
    return at::linear(x.to(torch::kBFloat16), rounded, added).to(x.scalar_type());
  };
}

PackedProduct pack_int8(const torch::Tensor& weight, const torch::Tensor& bias) {
  static const auto prepack = find_operator("quantized::linear_prepack");
  const auto& engines = at::globalContext().supportedQEngines();
  const bool has_engine =
      std::find(engines.begin(), engines.end(), at::QEngine::FBGEMM) != engines.end();
  if (!weight.is_cpu() || !prepack || !has_engine)
    throw UsageError(text("there are no int8 products ",
                          weight.is_cpu() ? "in this LibTorch" : "on this device"),
                     weight.is_cpu() ? "Use decode.precision bf16 or fp32."
                                     : "Use decode.precision bf16, or --device cpu.");
  constexpr double kLargest = 127, kSmallestScale = 1e-12;
  const torch::Tensor scales =
      (weight.abs().amax(1).to(torch::kDouble) / kLargest).clamp_min(kSmallestScale);
  const torch::Tensor quantized = at::quantize_per_channel(
      weight, scales, torch::zeros({weight.size(0)}, torch::kLong), 0, torch::kQInt8);
  torch::jit::Stack stack{quantized, bias.defined() ? c10::IValue(bias) : c10::IValue()};
  prepack->callBoxed(stack);
  const auto packed = stack.front().toCustomClass<LinearPackedParamsBase>();
  // fbgemm adds pairs of 8-bit products in 16 bits where the processor has no instruction for the
  // whole sum; one bit less in the inputs then keeps it from overflowing.
  const bool reduce_range = !has_avx512_vnni();
  return [packed, reduce_range](const torch::Tensor& x) {
    return packed->apply_dynamic(x.contiguous(), reduce_range);
  };
}

}  // namespace

PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor own = weight.detach();
  const torch::Tensor shift = bias.defined() ? bias.detach() : bias;
  switch (precision) {
    case WeightPrecision::kFp32:
      return own.is_cpu() && own.scalar_type() == torch::kFloat32 ? pack_fp32(own, shift)
                                                                  : PackedProduct();
    case WeightPrecision::kBf16:
      return pack_bf16(own, shift);
    case WeightPrecision::kInt8:
      return pack_int8(own, shift);
  }
  return {};
}

}  // namespace nmt
