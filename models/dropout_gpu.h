#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>

#include "models/dropout_draw.h"

namespace nmt {

enum class GpuType { kDouble, kFloat, kBfloat16 };

/// add_dropped() on contiguous arrays of `count` elements in a GPU's memory, queued on `stream`.
/// `x` may be null; its type is that of `out`. Types as has_dropout_kernel() allows.
void launch_add_dropped(const void* x, const void* y, GpuType y_type, void* out, GpuType out_type,
                        int64_t count, DropoutDraw draw, cudaStream_t stream);

}  // namespace nmt
