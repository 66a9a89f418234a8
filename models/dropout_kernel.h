#pragma once

#include <torch/types.h>

#include "models/dropout_draw.h"

namespace nmt {

/// Whether add_dropped serves x (undefined: none), y and `out`: all fp64, or all of them fp32 or
/// bf16 with x like `out`; on a CPU, and on a GPU where the program was built with nvcc.
bool has_dropout_kernel(const torch::Tensor& x, const torch::Tensor& y, torch::ScalarType out);

/// x + dropout(y) as `out`, in one pass over tensors of one shape; x undefined: dropout(y). Keeps
/// the same elements on every device. Not differentiable.
torch::Tensor add_dropped(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                          torch::ScalarType out);

}  // namespace nmt
