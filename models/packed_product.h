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
/// - bf16: inputs, weights and results are rounded, sums are fp32. Logits so have 8 bits: among
///   the best, equal ones are common in large vocabularies, and go to the lower token id.
/// - int8, on a CPU only: weights are rounded to 8 bits with a scale for each output, inputs with a
///   scale for each row. Where both oneDNN and fbgemm serve, the weights are held in both layouts.
///
/// On a CPU a row's result does not depend on the others, nor on how many there are, to the last
/// bit: where oneDNN's sums would, in fp32, rows are added or taken in pieces. Without AVX-512 a
/// piece is computed by one thread, so that few rows alone gain nothing from others.
///
/// Throws UsageError where the device or this LibTorch has no such product.
PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision);

}  // namespace nmt
