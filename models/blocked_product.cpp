#include "models/blocked_product.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <type_traits>
#include <vector>

#include "models/huge_pages.h"
#include "models/lanes.h"
#include "models/processor.h"

namespace nmt {
namespace {

/// How many outputs a block holds, for vectors of kBytes. With the six rows of a tile their sums
/// fill most of the registers: 24 of 32 with AVX-512, 12 of 16 with AVX2.
template <int64_t kBytes>
struct Shape {
  static constexpr int64_t kVectors = kBytes == 32 ? 2 : 4;
  static constexpr int64_t kLanes = Lanes<float, kBytes>::kCount, kOutputs = kVectors * kLanes;

  template <class T>
  using Vector = typename Lanes<T, kBytes>::Vector;
};

constexpr int64_t kTileRows = 6;

/// Sums in fp32, of weights of which kPartCount lie together in a unit of four bytes: one in fp32,
/// or two in bf16, which is the upper half of fp32, so that products of rounded inputs are exact.
template <class UnitType, int64_t kPartCount>
struct FloatProduct {
  using Unit = UnitType;
  using Sum = float;
  static constexpr int64_t kParts = kPartCount;
  const float* x;      // [rows, depth, parts]
  const Unit* blocks;  // [blocks, depth, outputs of a block]
  int64_t rows, depth, outputs;
  const float* bias;  // [blocks, outputs of a block]
  float* y;           // [rows, outputs]

  template <class Units, class Floats>
  [[gnu::always_inline]] static void take(const Units& unit, int64_t part, Floats& factor) {
    if constexpr (kParts == 1)
      factor = unit;
    else
      factor = reinterpret_cast<Floats>(part == 0 ? unit << 16 : unit & 0xffff0000U);
  }

  template <class Vector>
  [[gnu::always_inline]] static void add(Vector& sums, const Vector& weights, float x) {
    sums += x * weights;
  }

  template <class Sums, class Floats>
  [[gnu::always_inline]] void finish(const Sums& sums, int64_t, int64_t output,
                                     Floats& result) const {
    result = sums + *reinterpret_cast<const Floats*>(bias + output);
  }
};
using Fp32Product = FloatProduct<float, 1>;
using Bf16Product = FloatProduct<uint32_t, 2>;

using FourBytes = int32_t;  // that are multiplied together

struct Int8Product {
  using Unit = FourBytes;
  using Sum = int32_t;
  static constexpr int64_t kParts = 1;
  const FourBytes* x;       // [rows, depth], not negative
  const FourBytes* blocks;  // [blocks, depth, outputs of a block]
  int64_t rows, depth, outputs;
  const int32_t* zeros;        // [blocks, outputs of a block]: what the inputs' zero adds to a sum
  const float *scales, *bias;  // the same
  const float* row_scales;     // [rows]
  float* y;                    // [rows, outputs]

  template <class Vector>
  [[gnu::always_inline]] static void take(const Vector& unit, int64_t, Vector& factor) {
    factor = unit;
  }

  // By assembly in place of intrinsics, which are refused until this is inlined into what is
  // compiled for their processor, and around which GCC 12 copies sums to other registers and back.
  // Clang, which checks this code but does not build the program, refuses the assembly too.
  template <class Vector>
  [[gnu::always_inline]] static void add(Vector& sums, const Vector& weights, FourBytes x) {
    const Vector spread = Vector{} + x;
#if defined(__x86_64__) && !defined(__clang__)
    if constexpr (sizeof(Vector) == 64) {
      Vector own = sums;
      asm("vpdpbusd %2, %1, %0" : "+v"(own) : "v"(spread), "v"(weights));
      sums = own;
      return;
    }
    if constexpr (sizeof(Vector) == 32) {
      // Pairs are added in 16 bits, for which inputs are small enough, and two pairs in 32.
      const Vector ones = Vector{} + 0x00010001;  // in 16 bits
      Vector fours;
      asm("vpmaddubsw %2, %1, %0\n\tvpmaddwd %3, %0, %0"
          : "=&x"(fours)
          : "x"(spread), "x"(weights), "xm"(ones));
      sums += fours;
      return;
    }
#endif
    for (int bits = 0; bits < 32; bits += 8)
      sums += (weights << (24 - bits) >> 24) * (spread >> bits & 255);
  }

  template <class Sums, class Floats>
  [[gnu::always_inline]] void finish(const Sums& sums, int64_t row, int64_t output,
                                     Floats& result) const {
    const Sums exact = sums - *reinterpret_cast<const Sums*>(zeros + output);
    result = __builtin_convertvector(exact, Floats) *
                 *reinterpret_cast<const Floats*>(scales + output) * row_scales[row] +
             *reinterpret_cast<const Floats*>(bias + output);
  }
};

/// Weights to ask memory for while others are multiplied: so many lines at each step.
struct Ahead {
  const char* next = nullptr;
  int64_t lines = 0;
};
constexpr int64_t kLine = 64;

/// Rows row … row + kRows − 1 times one block, to `y` [kRows, stride].
template <class Shape, int64_t kRows, class Product>
[[gnu::always_inline]] inline void multiply_tile(const Product& p, int64_t row, int64_t block,
                                                 float* y, int64_t stride, Ahead ahead) {
  using Units = typename Shape::template Vector<typename Product::Unit>;
  using Sums = typename Shape::template Vector<typename Product::Sum>;
  using Floats = typename Shape::template Vector<float>;
  constexpr int64_t kParts = Product::kParts;
  const auto* x = p.x + row * p.depth * kParts;
  const auto* w = p.blocks + block * p.depth * Shape::kOutputs;
  Sums sums[kRows][Shape::kVectors];
#pragma GCC unroll 6
  for (int64_t r = 0; r < kRows; ++r)
    for (int64_t v = 0; v < Shape::kVectors; ++v) sums[r][v] = Sums{};
  for (int64_t k = 0; k < p.depth; ++k, w += Shape::kOutputs) {
    for (int64_t i = 0; i < ahead.lines; ++i, ahead.next += kLine) __builtin_prefetch(ahead.next);
    Units units[Shape::kVectors];
    for (int64_t v = 0; v < Shape::kVectors; ++v)
      units[v] = *reinterpret_cast<const Units*>(w + v * Shape::kLanes);
    for (int64_t part = 0; part < kParts; ++part) {
      Sums weights[Shape::kVectors];
      for (int64_t v = 0; v < Shape::kVectors; ++v) Product::take(units[v], part, weights[v]);
      for (int64_t r = 0; r < kRows; ++r)
        for (int64_t v = 0; v < Shape::kVectors; ++v)
          Product::add(sums[r][v], weights[v], x[(r * p.depth + k) * kParts + part]);
    }
  }
#pragma GCC unroll 6
  for (int64_t r = 0; r < kRows; ++r)
#pragma GCC unroll 4
    for (int64_t v = 0; v < Shape::kVectors; ++v)
      p.finish(sums[r][v], row + r, block * Shape::kOutputs + v * Shape::kLanes,
               *reinterpret_cast<Floats*>(y + r * stride + v * Shape::kLanes));
}

/// The same for `rows` rows, but at most kRows.
template <class Shape, int64_t kRows = kTileRows, class Product>
[[gnu::always_inline]] inline void multiply_tile_of(int64_t rows, const Product& p, int64_t row,
                                                    int64_t block, float* y, int64_t stride,
                                                    Ahead ahead) {
  if (rows >= kRows)
    multiply_tile<Shape, kRows>(p, row, block, y, stride, ahead);
  else if constexpr (kRows > 1)
    multiply_tile_of<Shape, kRows - 1>(rows, p, row, block, y, stride, ahead);
}

/// Rows are divided, for threads, into so many.
constexpr int64_t kShareRows = 16 * kTileRows;

int64_t shares_of(int64_t rows) {
  return (rows + kShareRows - 1) / kShareRows;
}

template <class Shape, class Product>
struct Multiply {
  const Product& p;

  /// Shares of rows times blocks: all shares times a block, then those times the next.
  [[gnu::always_inline]] void operator()(int64_t begin, int64_t end) const {
    const int64_t shares = shares_of(p.rows);
    for (int64_t i = begin; i < end; ++i) multiply_share(i % shares * kShareRows, i / shares);
  }

  [[gnu::always_inline]] void multiply_share(int64_t first, int64_t block) const {
    const int64_t last = std::min(p.rows, first + kShareRows);
    const Ahead whole = ahead_of(last, block);
    const int64_t tiles = (last - first + kTileRows - 1) / kTileRows;
    const int64_t lines = (whole.lines + tiles - 1) / tiles;
    for (int64_t t = 0; t < tiles; ++t) {
      const int64_t row = first + t * kTileRows;
      Ahead own;
      if (t * lines < whole.lines) own = {whole.next + t * lines * kLine * p.depth, lines};
      multiply_rows(std::min(kTileRows, last - row), row, block, own);
    }
  }

  [[gnu::always_inline]] void multiply_rows(int64_t rows, int64_t row, int64_t block,
                                            Ahead ahead) const {
    const int64_t first = block * Shape::kOutputs;
    const int64_t outputs = std::min(Shape::kOutputs, p.outputs - first);
    const bool is_whole = outputs == Shape::kOutputs;
    float rest[kTileRows * Shape::kOutputs];  // of a block that is not
    float* const y = p.y + row * p.outputs + first;
    multiply_tile_of<Shape>(rows, p, row, block, is_whole ? y : rest,
                            is_whole ? p.outputs : Shape::kOutputs, ahead);
    if (is_whole) return;
    for (int64_t r = 0; r < rows; ++r)
      std::copy_n(rest + r * Shape::kOutputs, outputs, y + r * p.outputs);
  }

  /// What to ask for while rows up to `last` are multiplied with `block`: the next block, and where
  /// one tile is all, so that this takes no longer than the memory, what comes soon.
  [[gnu::always_inline]] Ahead ahead_of(int64_t last, int64_t block) const {
    constexpr int64_t kSoon = 4096;
    constexpr int64_t kBytes = Shape::kOutputs * int64_t{sizeof(float)};  // of a step
    if (last < p.rows) return {};
    const auto* own = reinterpret_cast<const char*>(p.blocks) + block * p.depth * kBytes;
    return {own + (p.rows <= kTileRows ? kSoon : p.depth * kBytes), kBytes / kLine};
  }
};

template <class Product>
bool runs_in_avx512() {
  return std::is_same_v<Product, Int8Product> ? has_avx512_vnni() : has_avx512();
}

template <class Product>
int64_t outputs_of_a_block() {
  if (runs_in_avx512<Product>()) return Shape<64>::kOutputs;
  return has_avx2() ? Shape<32>::kOutputs : Shape<16>::kOutputs;
}

template <class Product>
void run(const Product& p, int64_t begin, int64_t end) {
  const auto loop = [&](auto bytes, int64_t first, int64_t last) __attribute__((always_inline)) {
    Multiply<Shape<bytes>, Product>{p}(first, last);
  };
#if defined(__x86_64__)
  if (runs_in_avx512<Product>()) return run_avx512(loop, begin, end);
  if (has_avx2()) return run_avx2(loop, begin, end);
#endif
  run_portable(loop, begin, end);
}

template <class Product>
void multiply(const Product& product) {
  constexpr int64_t kWork = 100'000;  // multiplications that are worth a thread
  const int64_t block_outputs = outputs_of_a_block<Product>();
  const int64_t shares = shares_of(product.rows);
  const int64_t blocks = (product.outputs + block_outputs - 1) / block_outputs;
  const int64_t work = std::min(product.rows, kShareRows) * product.depth * block_outputs;
  at::parallel_for(0, shares * blocks, std::max<int64_t>(1, kWork / std::max<int64_t>(1, work)),
                   [&](int64_t begin, int64_t end) { run(product, begin, end); });
}

/// [outputs, depth] as [blocks, depth, outputs of a block], filled with zeros.
template <class Unit>
torch::Tensor in_blocks(const Unit* from, int64_t outputs, int64_t depth, int64_t block_outputs,
                        torch::Dtype type) {
  const int64_t blocks = (outputs + block_outputs - 1) / block_outputs;
  torch::Tensor result = empty_in_huge_pages({blocks, depth, block_outputs}, type);
  auto* to = static_cast<Unit*>(result.mutable_data_ptr());
  constexpr int64_t kSteps = kLine / int64_t{sizeof(Unit)};  // that are read together
  at::parallel_for(0, blocks, 1, [&](int64_t begin, int64_t end) {
    for (int64_t block = begin; block < end; ++block) {
      Unit* own = to + block * depth * block_outputs;
      const int64_t first = block * block_outputs;
      const int64_t count = std::min(block_outputs, outputs - first);
      if (count < block_outputs) std::fill_n(own, depth * block_outputs, Unit(0));
      for (int64_t k = 0; k < depth; k += kSteps)
        for (int64_t o = 0; o < count; ++o)
          for (int64_t step = k; step < std::min(k + kSteps, depth); ++step)
            own[step * block_outputs + o] = from[(first + o) * depth + step];
    }
  });
  return result;
}

/// One number for each output, filled with zeros up to whole blocks.
torch::Tensor per_output(const torch::Tensor& numbers, int64_t block_outputs) {
  const int64_t rest = numbers.size(0) % block_outputs;
  return at::constant_pad_nd(numbers, {0, rest == 0 ? 0 : block_outputs - rest}).contiguous();
}

torch::Tensor bias_of(const torch::Tensor& bias, int64_t outputs, int64_t block_outputs) {
  return per_output(bias.defined() ? bias : torch::zeros({outputs}), block_outputs);
}

torch::Tensor empty_result(const torch::Tensor& x, int64_t outputs) {
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = outputs;
  return torch::empty(sizes, torch::kFloat32);
}

PackedProduct pack_bf16_in_blocks(const torch::Tensor& weight, const torch::Tensor& bias) {
  const int64_t outputs = weight.size(0), filling = weight.size(1) % 2;
  const int64_t depth = (weight.size(1) + filling) / 2;
  const int64_t block_outputs = outputs_of_a_block<Bf16Product>();
  const torch::Tensor rows = at::constant_pad_nd(weight, {0, filling}).contiguous();
  const torch::Tensor blocks = in_blocks(static_cast<const uint32_t*>(rows.const_data_ptr()),
                                         outputs, depth, block_outputs, torch::kInt32);
  const torch::Tensor shift = bias_of(bias, outputs, block_outputs);
  return [=](const torch::Tensor& x) {
    torch::Tensor own = x.to(torch::kBFloat16).to(torch::kFloat32);
    own = (filling == 0 ? own : at::constant_pad_nd(own, {0, filling})).contiguous();
    torch::Tensor y = empty_result(x, outputs);
    multiply(Bf16Product{.x = own.const_data_ptr<float>(),
                         .blocks = static_cast<const uint32_t*>(blocks.const_data_ptr()),
                         .rows = own.numel() / (2 * depth),
                         .depth = depth,
                         .outputs = outputs,
                         .bias = shift.const_data_ptr<float>(),
                         .y = y.mutable_data_ptr<float>()});
    return y;
  };
}

}  // namespace

int64_t largest_int8_input() {
  return has_avx512_vnni() ? 127 : 63;
}

PackedProduct pack_in_blocks(const torch::Tensor& weight, const torch::Tensor& bias) {
  if (weight.scalar_type() == torch::kBFloat16) return pack_bf16_in_blocks(weight, bias);
  const int64_t outputs = weight.size(0), depth = weight.size(1);
  const int64_t block_outputs = outputs_of_a_block<Fp32Product>();
  const torch::Tensor rows = weight.contiguous();
  const torch::Tensor blocks =
      in_blocks(rows.const_data_ptr<float>(), outputs, depth, block_outputs, torch::kFloat32);
  const torch::Tensor shift = bias_of(bias, outputs, block_outputs);
  return [=](const torch::Tensor& x) {
    const torch::Tensor own = x.contiguous();
    torch::Tensor y = empty_result(x, outputs);
    multiply(Fp32Product{.x = own.const_data_ptr<float>(),
                         .blocks = blocks.const_data_ptr<float>(),
                         .rows = x.numel() / depth,
                         .depth = depth,
                         .outputs = outputs,
                         .bias = shift.const_data_ptr<float>(),
                         .y = y.mutable_data_ptr<float>()});
    return y;
  };
}

PackedProduct pack_in_blocks(const QuantizedRows& weight, const torch::Tensor& bias) {
  const int64_t outputs = weight.values.size(0), inputs = weight.values.size(1);
  const int64_t filling = (4 - inputs % 4) % 4, depth = (inputs + filling) / 4;
  const int64_t block_outputs = outputs_of_a_block<Int8Product>();
  const int64_t largest = largest_int8_input(), zero = largest + 1;
  const torch::Tensor rows = at::constant_pad_nd(weight.values, {0, filling}).contiguous();
  const torch::Tensor blocks = in_blocks(static_cast<const FourBytes*>(rows.const_data_ptr()),
                                         outputs, depth, block_outputs, torch::kInt32);
  const torch::Tensor zeros =
      per_output(rows.sum({-1}, /*keepdim=*/false, torch::kInt32) * zero, block_outputs);
  const torch::Tensor scales = per_output(weight.scales, block_outputs);
  const torch::Tensor shift = bias_of(bias, outputs, block_outputs);
  return [=](const torch::Tensor& x) {
    const QuantizedRows own = quantize_rows_to_bytes(
        filling == 0 ? x : at::constant_pad_nd(x, {0, filling}), largest, zero);
    torch::Tensor y = empty_result(x, outputs);
    multiply(Int8Product{.x = static_cast<const FourBytes*>(own.values.const_data_ptr()),
                         .blocks = blocks.const_data_ptr<FourBytes>(),
                         .rows = own.scales.size(0),
                         .depth = depth,
                         .outputs = outputs,
                         .zeros = zeros.const_data_ptr<int32_t>(),
                         .scales = scales.const_data_ptr<float>(),
                         .bias = shift.const_data_ptr<float>(),
                         .row_scales = own.scales.const_data_ptr<float>(),
                         .y = y.mutable_data_ptr<float>()});
    return y;
  };
}

}  // namespace nmt
