#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

// Rows of a matrix rounded to 8 bits, each with a scale of its own: a large row costs the others
// nothing, and no row's result depends on the others. For fp32 on a CPU, in one pass over memory.

struct QuantizedRows {
  torch::Tensor values;  // [..., width], whole numbers
  torch::Tensor scales;  // [rows]: a row is about its values times this
};

/// x [..., width] as numbers from −largest to largest, at most 127, rounded to the nearest, as
/// int8. For weights, which are rounded once.
QuantizedRows quantize_rows_to_int8(const torch::Tensor& x, int64_t largest);
/// The same as bytes: with `zero` added, which must be above `largest`.
QuantizedRows quantize_rows_to_bytes(const torch::Tensor& x, int64_t largest, int64_t zero);

}  // namespace nmt
