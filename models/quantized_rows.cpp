#include "models/quantized_rows.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>

#include "models/lanes.h"
#include "models/processor.h"

namespace nmt {
namespace {

/// The greatest magnitude of `count` numbers; NaN when not all of them are finite.
template <int64_t kBytes>
[[gnu::always_inline]] inline float greatest_magnitude(const float* numbers, int64_t count) {
  constexpr int64_t kLanes = Lanes<float, kBytes>::kCount;
  typename Lanes<float, kBytes>::Vector high = {}, low = {}, not_finite = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const auto x = lanes<kBytes>(numbers + i);
    high = x > high ? x : high;
    low = x < low ? x : low;
    not_finite += x - x;  // 0, or NaN
  }
  float greatest = 0, rest = 0;
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    greatest = std::max({greatest, high[lane], -low[lane]});
    rest += not_finite[lane];
  }
  for (; i < count; ++i) {
    greatest = std::max(greatest, std::abs(numbers[i]));
    rest += numbers[i] - numbers[i];
  }
  return greatest + rest;
}

/// The nearest whole number, the even one of two, for magnitudes below 2^22: past this sum fp32 has
/// no places after the point.
[[gnu::always_inline]] inline float rounded(float x) {
  constexpr float kNoFractions = 3 << 22;
  return (x + kNoFractions) - kNoFractions;
}

template <class Value>
struct Quantize {
  const float* x;
  int64_t width;
  float largest;
  float zero;
  Value* values;
  float* scales;

  template <int64_t kBytes>
  [[gnu::always_inline]] void operator()(VectorBytes<kBytes>, int64_t begin, int64_t end) const {
    for (int64_t r = begin; r < end; ++r) row<kBytes>(r);
  }

  template <int64_t kBytes>
  [[gnu::always_inline]] void row(int64_t r) const {
    const float* from = x + r * width;
    Value* to = values + r * width;
    const float greatest = greatest_magnitude<kBytes>(from, width);
    if (std::isnan(greatest)) {  // the product with this row is NaN, as it is in fp32
      std::fill(to, to + width, static_cast<Value>(zero));
      scales[r] = greatest;
      return;
    }
    // Of smaller rows the factor would overflow, and they are as good as zero.
    constexpr float kSmallest = 1e-30F;
    const float factor = greatest > kSmallest ? largest / greatest : 0;
    scales[r] = greatest / largest;
    // By way of int32, and from own copies that bytes written cannot be part of: else compilers
    // convert to bytes one by one.
    const int64_t count = width;
    const float shift = zero;
    for (int64_t i = 0; i < count; ++i)
      to[i] = static_cast<Value>(static_cast<int32_t>(rounded(from[i] * factor) + shift));
  }
};

template <class Value>
QuantizedRows quantize(const torch::Tensor& x, int64_t largest, int64_t zero) {
  const torch::Tensor own = x.contiguous();
  const int64_t width = own.size(-1), rows = own.numel() / width;
  QuantizedRows quantized{
      torch::empty(own.sizes(), own.options().dtype(c10::CppTypeToScalarType<Value>::value)),
      torch::empty({rows}, own.options())};
  const Quantize<Value> loop{.x = own.const_data_ptr<float>(),
                             .width = width,
                             .largest = static_cast<float>(largest),
                             .zero = static_cast<float>(zero),
                             .values = quantized.values.mutable_data_ptr<Value>(),
                             .scales = quantized.scales.mutable_data_ptr<float>()};
  constexpr int64_t kNumbers = 32768;  // worth a thread
  at::parallel_for(0, rows, std::max<int64_t>(1, kNumbers / std::max<int64_t>(1, width)),
                   [&](int64_t begin, int64_t end) { run_on_this_processor(loop, begin, end); });
  return quantized;
}

}  // namespace

QuantizedRows quantize_rows_to_int8(const torch::Tensor& x, int64_t largest) {
  return quantize<int8_t>(x, largest, 0);
}

QuantizedRows quantize_rows_to_bytes(const torch::Tensor& x, int64_t largest, int64_t zero) {
  return quantize<uint8_t>(x, largest, zero);
}

}  // namespace nmt
