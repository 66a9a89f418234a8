#include "models/dropout_kernel.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <type_traits>

#include "models/processor.h"
#include "models/threefry.h"
#include "nmt/support/error.h"

#ifdef NMT_CUDA
#include <c10/cuda/CUDAException.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

#include "models/dropout_gpu.h"
#endif

namespace nmt {
namespace {

constexpr int64_t kBlock = int64_t{4} * Threefry::kLanes;  // elements: two to each word
constexpr int64_t kGrain = 256 * kBlock;                   // elements worth a thread

template <class Y, class Out>
struct Arrays {
  const Out* x;  // null: nothing to add to
  const Y* y;
  Out* out;
};

/// Elements [begin, end); begin is a multiple of kBlock.
template <bool kAdd, class Y, class Out>
[[gnu::always_inline]] inline void add_range(const Arrays<Y, Out>& arrays, DropoutDraw draw,
                                             int64_t begin, int64_t end) {
  using Real = std::conditional_t<std::is_same_v<Y, double>, double, float>;
  const Threefry generator(draw.key);
  const auto scale = static_cast<Real>(draw.scale());
  Threefry::Block bits;
  for (int64_t first = begin; first < end; first += kBlock) {
    generator.fill(static_cast<uint64_t>(first / kBlock * Threefry::kLanes), bits);
    for (int64_t part = 0; part < 4; ++part) {
      const int64_t start = first + part * Threefry::kLanes;
      const auto& words = bits[static_cast<size_t>(part % 2)];
      const int shift = part < 2 ? 0 : 16;
      const auto add = [&](int64_t i) __attribute__((always_inline)) {
        const uint32_t half = words[static_cast<size_t>(i)] >> shift & 0xFFFF;
        const Real factor = half < draw.threshold ? Real(0) : scale;
        const Real kept = factor * static_cast<Real>(arrays.y[start + i]);
        arrays.out[start + i] =
            static_cast<Out>(kAdd ? static_cast<Real>(arrays.x[start + i]) + kept : kept);
      };
      // The usual number apart, for the compiler to see that it fills its vectors.
      if (start + Threefry::kLanes <= end)
        for (int64_t i = 0; i < Threefry::kLanes; ++i) add(i);
      else
        for (int64_t i = 0; i < end - start; ++i) add(i);
    }
  }
}

template <class Y, class Out>
[[gnu::always_inline]] inline void add_range(const Arrays<Y, Out>& arrays, DropoutDraw draw,
                                             int64_t begin, int64_t end) {
  if (arrays.x)
    add_range<true>(arrays, draw, begin, end);
  else
    add_range<false>(arrays, draw, begin, end);
}

template <class Y, class Out>
void add_tensors(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                 const torch::Tensor& out) {
  const Arrays<Y, Out> arrays{.x = x.defined() ? x.const_data_ptr<Out>() : nullptr,
                              .y = y.const_data_ptr<Y>(),
                              .out = out.mutable_data_ptr<Out>()};
  const int64_t blocks = (y.numel() + kBlock - 1) / kBlock;
  const auto add = [&](auto, int64_t begin, int64_t end) __attribute__((always_inline)) {
    add_range(arrays, draw, begin, end);
  };
  at::parallel_for(0, blocks, kGrain / kBlock, [&](int64_t begin, int64_t end) {
    run_on_this_processor(add, begin * kBlock, std::min(end * kBlock, y.numel()));
  });
}

void add_on_cpu(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                const torch::Tensor& out) {
  const bool from_bf16 = y.scalar_type() == torch::kBFloat16;
  if (out.scalar_type() == torch::kFloat64)
    add_tensors<double, double>(x, y, draw, out);
  else if (out.scalar_type() == torch::kFloat32 && from_bf16)
    add_tensors<c10::BFloat16, float>(x, y, draw, out);
  else if (out.scalar_type() == torch::kFloat32)
    add_tensors<float, float>(x, y, draw, out);
  else if (from_bf16)
    add_tensors<c10::BFloat16, c10::BFloat16>(x, y, draw, out);
  else
    add_tensors<float, c10::BFloat16>(x, y, draw, out);
}

#ifdef NMT_CUDA

constexpr bool kHasGpuDropout = true;

GpuType gpu_type(torch::ScalarType type) {
  if (type == torch::kFloat64) return GpuType::kDouble;
  return type == torch::kFloat32 ? GpuType::kFloat : GpuType::kBfloat16;
}

void add_on_gpu(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                const torch::Tensor& out) {
  const c10::cuda::CUDAGuard guard(y.device());
  launch_add_dropped(x.defined() ? x.const_data_ptr() : nullptr, y.const_data_ptr(),
                     gpu_type(y.scalar_type()), out.mutable_data_ptr(), gpu_type(out.scalar_type()),
                     y.numel(), draw, c10::cuda::getCurrentCUDAStream());
  C10_CUDA_KERNEL_LAUNCH_CHECK();
}

#else

constexpr bool kHasGpuDropout = false;

void add_on_gpu(const torch::Tensor&, const torch::Tensor&, DropoutDraw, const torch::Tensor&) {
  throw Error("this program was built without nvcc: it has no kernels of its own for GPUs");
}

#endif

}  // namespace

bool has_dropout_kernel(const torch::Tensor& x, const torch::Tensor& y, torch::ScalarType out) {
  if (!y.is_cpu() && !(y.is_cuda() && kHasGpuDropout)) return false;
  if (x.defined() && (x.device() != y.device() || x.scalar_type() != out || x.sizes() != y.sizes()))
    return false;
  const torch::ScalarType from = y.scalar_type();
  if (from == torch::kFloat64 || out == torch::kFloat64) return from == out;
  const auto is_small = [](torch::ScalarType type) {
    return type == torch::kFloat32 || type == torch::kBFloat16;
  };
  return is_small(from) && is_small(out);
}

torch::Tensor add_dropped(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                          torch::ScalarType out) {
  const torch::Tensor addend = x.defined() ? x.contiguous() : x;
  const torch::Tensor values = y.contiguous();
  torch::Tensor sum = torch::empty(y.sizes(), y.options().dtype(out).requires_grad(false));
  const auto add = y.is_cuda() ? add_on_gpu : add_on_cpu;
  add(addend, values, draw, sum);
  return sum;
}

}  // namespace nmt
