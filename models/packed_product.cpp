#include "models/packed_product.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/quantized/PackedParams.h>
#include <torch/torch.h>

#include <algorithm>
#include <optional>

#include "models/blocked_product.h"
#include "models/processor.h"
#include "models/quantized_rows.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

PackedProduct pack_bf16(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor rounded = weight.to(torch::kBFloat16);
  if (weight.is_cpu()) return pack_in_blocks(rounded, bias);
  const torch::Tensor shift = bias.defined() ? bias.to(torch::kBFloat16) : bias;
  return [rounded, shift](const torch::Tensor& x) {
    const std::optional<torch::Tensor> added =
        shift.defined() ? std::optional(shift) : std::nullopt;
    return at::linear(x.to(torch::kBFloat16), rounded, added).to(x.scalar_type());
  };
}

PackedProduct fbgemm_product(const QuantizedRows& weight, const torch::Tensor& bias) {
  static const auto prepack =
      c10::Dispatcher::singleton().findSchema({"quantized::linear_prepack", ""});
  const auto& engines = at::globalContext().supportedQEngines();
  if (!prepack || std::find(engines.begin(), engines.end(), at::QEngine::FBGEMM) == engines.end())
    return {};
  const torch::Tensor quantized = at::_make_per_channel_quantized_tensor(
      weight.values, weight.scales.to(torch::kDouble),
      torch::zeros({weight.scales.size(0)}, torch::kLong), 0);
  torch::jit::Stack stack{quantized, c10::IValue()};
  prepack->callBoxed(stack);
  const auto packed = stack.front().toCustomClass<LinearPackedParamsBase>();
  const torch::Tensor shift = bias.defined() ? bias.contiguous() : bias;
  return [packed, shift](const torch::Tensor& x) {
    // It adds pairs of products in 16 bits: 7 bits for the inputs keep that from overflowing.
    constexpr int64_t kLargest = 63, kZero = 64;
    const QuantizedRows rows = quantize_rows(x, kLargest);
    torch::Tensor y =
        packed->apply_with_input_q_dq_qweight_dq_output_fp32(rows.values, /*scale=*/1.0, kZero);
    restore_rows(y, rows.scales, shift);
    return y;
  };
}

PackedProduct pack_int8(const torch::Tensor& weight, const torch::Tensor& bias) {
  constexpr int64_t kLargest = 127;
  PackedProduct product;
  if (weight.is_cpu()) {
    const QuantizedRows rows = quantize_rows_to_int8(weight.to(torch::kFloat32), kLargest);
    product = has_avx512_vnni() ? pack_in_blocks(rows, bias) : fbgemm_product(rows, bias);
  }
  if (!product)
    throw UsageError(text("there are no int8 products ",
                          weight.is_cpu() ? "in this LibTorch" : "on this device"),
                     weight.is_cpu() ? "Use decode.precision bf16 or fp32."
                                     : "Use decode.precision bf16, or --device cpu.");
  return product;
}

}  // namespace

PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor own = weight.detach();
  const torch::Tensor shift = bias.defined() ? bias.detach() : bias;
  switch (precision) {
    case WeightPrecision::kFp32:
      return own.is_cpu() && own.scalar_type() == torch::kFloat32 ? pack_in_blocks(own, shift)
                                                                  : PackedProduct();
    case WeightPrecision::kBf16:
      return pack_bf16(own, shift);
    case WeightPrecision::kInt8:
      return pack_int8(own, shift);
  }
  return {};
}

}  // namespace nmt
