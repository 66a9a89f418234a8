#pragma once

#include <torch/types.h>

#include <functional>

#include "models/weight_precision.h"

namespace nmt {

/// x [..., in] to x Wᵀ + b [..., out], both fp32. Not differentiable.
using PackedProduct = std::function<torch::Tensor(const torch::Tensor& x)>;

/// A product whose weight [out, in] (fp32) is laid out, and rounded, once; it does not follow later
/// changes. `bias` [out] may be undefined.
///
/// - fp32 on a CPU: in the blocks that oneDNN's products read. Elsewhere null: nothing is gained.
/// - bf16: inputs and weights are rounded, sums are fp32.
/// - int8, on a CPU only: weights with a scale for each output. Inputs are rounded to 8 bits with
///   one scale for all of a product's rows, so a row's result depends a little on the others.
///
/// Throws UsageError where the device or this LibTorch has no such product.
PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision);

}  // namespace nmt
