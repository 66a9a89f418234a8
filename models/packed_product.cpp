#include "models/packed_product.h"

#include <torch/torch.h>

#include <optional>

#include "models/blocked_product.h"
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

PackedProduct pack_int8(const torch::Tensor& weight, const torch::Tensor& bias) {
  constexpr int64_t kLargest = 127;
  if (!weight.is_cpu())
    throw UsageError("there are no int8 products on this device",
                     "Use decode.precision bf16, or --device cpu.");
  return pack_in_blocks(quantize_rows_to_int8(weight.to(torch::kFloat32), kLargest), bias);
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
