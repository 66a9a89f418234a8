#pragma once

#include "models/packed_product.h"
#include "models/quantized_rows.h"

namespace nmt {

// Products x Wᵀ + b on a CPU, with the weight laid out as it is read. What few rows take is the
// time in which the weights come from memory, so they are asked for ahead of use; many rows keep
// the processor's multipliers busy. Each sum adds up its products one after the other, whatever
// rows there are besides and however many threads.
//
// Beside oneDNN, which asks for nothing ahead, the products of a step of a base model with 8,000
// words took 0.8 to 0.9 of the time in fp32 for 1 to 64 rows and the same for 256, and 0.5 to 0.8
// of fbgemm's and oneDNN's in int8 (one core of an Emerald Rapids Xeon); with AVX2 (Zen 3) 0.7 to
// 0.9 of fbgemm's.

/// In fp32, or, with weights in bf16, of inputs that are rounded to bf16, summed in fp32. `weight`
/// [out, in]; `bias` [out] in fp32, or undefined.
PackedProduct pack_in_blocks(const torch::Tensor& weight, const torch::Tensor& bias);

/// With 8-bit weights [out, in], and rows rounded to whole numbers up to largest_int8_input().
PackedProduct pack_in_blocks(const QuantizedRows& weight, const torch::Tensor& bias);

/// 127, and without AVX-512's instructions for 8 bits 63: there pairs of products are added in 16.
int64_t largest_int8_input();

}  // namespace nmt
