#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

// Rows of a matrix rounded to 8 bits and products of such rows brought back, each row with a scale
// of its own: a large row costs the others nothing, and no row's result depends on the others. For
// fp32 on a CPU; each function is one pass over memory.

struct QuantizedRows {
  torch::Tensor values;  // [..., width], whole numbers
  torch::Tensor scales;  // [rows]: a row is about its values times this
};

/// x [..., width] as numbers from −largest to largest, rounded to the nearest, as fp32.
QuantizedRows quantize_rows(const torch::Tensor& x, int64_t largest);
/// The same as int8; `largest` at most 127. For weights, which are rounded once.
QuantizedRows quantize_rows_to_int8(const torch::Tensor& x, int64_t largest);
/// The same as bytes: with `zero` added, which must be above `largest`.
QuantizedRows quantize_rows_to_bytes(const torch::Tensor& x, int64_t largest, int64_t zero);

/// y [..., width], in place: each row times its scale, plus `bias` [width] (undefined: none).
void restore_rows(torch::Tensor& y, const torch::Tensor& scales, const torch::Tensor& bias);

}  // namespace nmt
