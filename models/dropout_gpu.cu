// Dropout with its sum on a GPU. LibTorch takes three kernels for it, of which the first writes a
// mask that the backward pass reads; this is one, which draws the bits again instead.

#include <cuda_bf16.h>

#include <algorithm>

#include "models/dropout_gpu.h"
#include "models/threefry.h"

namespace nmt {
namespace {

constexpr int kThreads = 256;
constexpr int64_t kBlock = 4 * Threefry::kLanes;  // elements that kLanes counters serve, two a word

template <class To, class From>
__device__ To as(From value) {
  return static_cast<To>(value);
}
template <>
__device__ float as<float, __nv_bfloat16>(__nv_bfloat16 value) {
  return __bfloat162float(value);
}
template <>
__device__ __nv_bfloat16 as<__nv_bfloat16, float>(float value) {
  return __float2bfloat16_rn(value);
}

// A thread takes one counter after another; its four elements lie kLanes apart, so that the lanes
// of a warp read and write side by side. The places are dealt as on a CPU (dropout_kernel.cpp).
template <class Real, class Y, class Out>
__global__ void add_dropped_kernel(const Out* x, const Y* y, Out* out, int64_t count,
                                   DropoutDraw draw, Real scale) {
  const Threefry generator(draw.key);
  const int64_t counters = (count + kBlock - 1) / kBlock * Threefry::kLanes;
  const int64_t stride = int64_t{gridDim.x} * blockDim.x;
  for (int64_t c = int64_t{blockIdx.x} * blockDim.x + threadIdx.x; c < counters; c += stride) {
    const Threefry::Words words = generator.words(static_cast<uint64_t>(c));
    const int64_t first = c / Threefry::kLanes * kBlock + c % Threefry::kLanes;
#pragma unroll
    for (int part = 0; part < 4; ++part) {
      const int64_t i = first + part * Threefry::kLanes;
      if (i >= count) break;
      const uint32_t word = part % 2 == 0 ? words.low : words.high;
      const uint32_t half = word >> (part < 2 ? 0 : 16) & 0xFFFF;
      const Real kept = (half < draw.threshold ? Real(0) : scale) * as<Real>(y[i]);
      out[i] = as<Out>(x != nullptr ? as<Real>(x[i]) + kept : kept);
    }
  }
}

template <class Real, class Y, class Out>
void launch(const void* x, const void* y, void* out, int64_t count, DropoutDraw draw,
            cudaStream_t stream) {
  if (count == 0) return;
  const int64_t counters = (count + kBlock - 1) / kBlock * Threefry::kLanes;
  const auto grid =
      static_cast<unsigned>(std::min<int64_t>((counters + kThreads - 1) / kThreads, 1 << 20));
  add_dropped_kernel<Real><<<grid, kThreads, 0, stream>>>(
      static_cast<const Out*>(x), static_cast<const Y*>(y), static_cast<Out*>(out), count, draw,
      static_cast<Real>(draw.scale()));
}

}  // namespace

void launch_add_dropped(const void* x, const void* y, GpuType y_type, void* out, GpuType out_type,
                        int64_t count, DropoutDraw draw, cudaStream_t stream) {
  const bool from_bf16 = y_type == GpuType::kBfloat16;
  if (out_type == GpuType::kDouble)
    launch<double, double, double>(x, y, out, count, draw, stream);
  else if (out_type == GpuType::kFloat && from_bf16)
    launch<float, __nv_bfloat16, float>(x, y, out, count, draw, stream);
  else if (out_type == GpuType::kFloat)
    launch<float, float, float>(x, y, out, count, draw, stream);
  else if (from_bf16)
    launch<float, __nv_bfloat16, __nv_bfloat16>(x, y, out, count, draw, stream);
  else
    launch<float, float, __nv_bfloat16>(x, y, out, count, draw, stream);
}

}  // namespace nmt
