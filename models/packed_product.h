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
/// - fp32: on a CPU, laid out as it is read (models/blocked_product.h). Elsewhere null: nothing is
///   gained.
/// - bf16: inputs and weights are rounded, sums are fp32. On a GPU results are rounded too: logits
///   so have 8 bits, equal ones are common among the best of large vocabularies, and go to the
///   lower token id.
/// - int8, on a CPU only: weights are rounded to 8 bits with a scale for each output, inputs with a
///   scale for each row; to 7 bits on processors without AVX-512's instructions for it.
///
/// On a CPU a row's result does not depend on the others, nor on how many there are or how many
/// threads, to the last bit.
///
/// Throws UsageError where the device has no such product.
PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision);

}  // namespace nmt
