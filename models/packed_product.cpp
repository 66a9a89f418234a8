#include "models/packed_product.h"

#include <ATen/Parallel.h>
#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/native/quantized/PackedParams.h>
#include <torch/torch.h>

#include <algorithm>
#include <memory>
#include <mutex>

#include "models/processor.h"
#include "models/product.h"
#include "models/quantized_rows.h"
#include "nmt/support/error.h"

// Of the copy of libgomp that LibTorch brings.
extern "C" {
int omp_get_max_threads();
void omp_set_num_threads(int threads);
}

namespace nmt {
namespace {

/// Blocks chosen for many rows serve few as well; those chosen for few are slow with many.
constexpr int64_t kRows = 256;

std::optional<c10::OperatorHandle> find_operator(const char* name) {
  return c10::Dispatcher::singleton().findSchema({name, ""});
}

torch::Tensor blocked(const torch::Tensor& weight) {
  static const auto reorder = find_operator("mkldnn::_reorder_linear_weight");
  if (!reorder || !has_onednn_product()) return {};
  torch::jit::Stack stack{weight, c10::IValue(kRows)};
  reorder->callBoxed(stack);
  return stack.front().toTensor();
}

/// Without AVX-512 oneDNN goes through rows by sixes; of the last ones it treats one to three in
/// another way, and four or five as six. More rows than 144 it divides first, at any place,
/// and so it does for several threads. Measured on a Zen 3 EPYC.
constexpr int64_t kTile = 6, kFullTile = 4, kMostRows = 96;

/// For its lifetime oneDNN works with this thread alone. LibTorch's own setting would clear
/// oneDNN's cache of products each time.
class OneThread {
 public:
  OneThread() { omp_set_num_threads(1); }
  ~OneThread() { omp_set_num_threads(before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  int before_ = omp_get_max_threads();
};

torch::Tensor product_of_piece(const torch::Tensor& rows, const torch::Tensor& blocks,
                               const torch::Tensor& bias) {
  const int64_t rest = rows.size(0) % kTile;
  const bool is_short = rest > 0 && rest < kFullTile;
  const torch::Tensor filled =
      is_short ? at::constant_pad_nd(rows, {0, 0, 0, kFullTile - rest}) : rows;
  return onednn_product(filled, blocks, bias).narrow(0, 0, rows.size(0));
}

/// x [..., in] in pieces in which all rows are treated alike, each by one thread.
torch::Tensor product_by_pieces(const torch::Tensor& x, const torch::Tensor& blocks,
                                const torch::Tensor& bias, int64_t outputs) {
  const torch::Tensor rows = x.reshape({-1, x.size(-1)});
  const int64_t share = rows.size(0) / at::get_num_threads();
  const auto pieces = rows.split(std::min(kMostRows, (share / kTile + 1) * kTile));
  std::vector<torch::Tensor> results(pieces.size());
  at::parallel_for(0, static_cast<int64_t>(pieces.size()), 1, [&](int64_t begin, int64_t end) {
    const torch::NoGradGuard no_grad;
    const OneThread guard;
    for (auto i = static_cast<size_t>(begin); i < static_cast<size_t>(end); ++i)
      results[i] = product_of_piece(pieces[i], blocks, bias);
  });
  std::vector<int64_t> sizes = x.sizes().vec();
  sizes.back() = outputs;
  return (results.size() == 1 ? results.front() : torch::cat(results)).view(sizes);
}

/// With AVX-512, over more inputs than these, oneDNN adds up a lone row's products in another order
/// than those of several rows. Two of it cost no more: the time goes into reading the weights.
constexpr int64_t kAlikeInputs = 1024;

bool is_lone_row(const torch::Tensor& x) {
  return x.size(-1) > kAlikeInputs && x.numel() == x.size(-1);
}

PackedProduct pack_fp32(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor blocks = blocked(weight);
  if (!blocks.defined()) return {};
  if (!has_avx512())
    return [blocks, bias, outputs = weight.size(0)](const torch::Tensor& x) {
      return product_by_pieces(x, blocks, bias, outputs);
    };
  return [blocks, bias, outputs = weight.size(0)](const torch::Tensor& x) {
    if (!is_lone_row(x)) return onednn_product(x, blocks, bias);
    const torch::Tensor twice = x.flatten().expand({2, -1}).contiguous();
    std::vector<int64_t> sizes = x.sizes().vec();
    sizes.back() = outputs;
    return onednn_product(twice, blocks, bias)[0].view(sizes);
  };
}

PackedProduct pack_bf16(const torch::Tensor& weight, const torch::Tensor& bias) {
  const torch::Tensor rounded = weight.to(torch::kBFloat16);
  const torch::Tensor shift = bias.defined() ? bias.to(torch::kBFloat16) : bias;
  // oneDNN demands AVX-512 for bf16, with or without instructions for its products.
  const torch::Tensor blocks = weight.is_cpu() && has_avx512() ? blocked(rounded) : torch::Tensor();
  if (blocks.defined())
    return [blocks, shift](const torch::Tensor& x) {
      return onednn_product(x.to(torch::kBFloat16), blocks, shift).to(x.scalar_type());
    };
  return [rounded, shift](const torch::Tensor& x) {
    const std::optional<torch::Tensor> added =
        shift.defined() ? std::optional(shift) : std::nullopt;
    return at::linear(x.to(torch::kBFloat16), rounded, added).to(x.scalar_type());
  };
}

/// Rows as whole numbers [..., in] in fp32, or as bytes with kZero added, times a weight: the sums,
/// which are exact, times the weight's scales.
using WholeProduct = std::function<torch::Tensor(const torch::Tensor& rows)>;

constexpr int64_t kZero = 128;

WholeProduct fbgemm_product(const QuantizedRows& weight, int64_t zero) {
  static const auto prepack = find_operator("quantized::linear_prepack");
  const auto& engines = at::globalContext().supportedQEngines();
  if (!prepack || std::find(engines.begin(), engines.end(), at::QEngine::FBGEMM) == engines.end())
    return {};
  const torch::Tensor quantized = at::_make_per_channel_quantized_tensor(
      weight.values, weight.scales.to(torch::kDouble),
      torch::zeros({weight.scales.size(0)}, torch::kLong), 0);
  torch::jit::Stack stack{quantized, c10::IValue()};
  prepack->callBoxed(stack);
  const auto packed = stack.front().toCustomClass<LinearPackedParamsBase>();
  return [packed, zero](const torch::Tensor& rows) {
    return packed->apply_with_input_q_dq_qweight_dq_output_fp32(rows, /*scale=*/1.0, zero);
  };
}

WholeProduct onednn_byte_product(const QuantizedRows& weight) {
  static const auto prepack = find_operator("onednn::qlinear_prepack");
  static const auto multiply = find_operator("onednn::qlinear_pointwise");
  if (!prepack || !multiply || !has_onednn_product() || !has_avx512_vnni()) return {};
  torch::jit::Stack stack{weight.values, c10::IValue()};
  prepack->callBoxed(stack);
  const torch::Tensor blocks = stack.front().toTensor();
  const torch::Tensor zeros = torch::zeros({weight.scales.size(0)}, torch::kInt);
  return [blocks, zeros, scales = weight.scales](const torch::Tensor& rows) {
    torch::jit::Stack operands{rows,
                               /*x_scale=*/1.0,
                               /*x_zero_point=*/kZero,
                               blocks,
                               scales,
                               zeros,
                               /*bias=*/c10::IValue(),
                               /*output_scale=*/1.0,
                               /*output_zero_point=*/int64_t{0},
                               /*output_dtype=*/torch::kFloat32,
                               "none",
                               c10::List<std::optional<at::Scalar>>(),
                               ""};
    multiply->callBoxed(operands);
    return operands.front().toTensor();
  };
}

/// The product for many rows, packed when they first come: `nmt translate` on a sentence or two
/// never needs it.
class ManyRows {
 public:
  explicit ManyRows(QuantizedRows weight) : weight_(std::move(weight)) {}

  /// Null where there is none. May be called by several threads.
  const WholeProduct* product() {
    std::call_once(packed_, [this] {
      product_ = onednn_byte_product(weight_);
      weight_ = {};
    });
    return product_ ? &product_ : nullptr;
  }

 private:
  std::once_flag packed_;
  QuantizedRows weight_;
  WholeProduct product_;
};

PackedProduct pack_int8(const torch::Tensor& weight, const torch::Tensor& bias) {
  // From so many rows on oneDNN is faster; fbgemm is where there are few. Both give the same.
  constexpr int64_t kManyRows = 32;
  // fbgemm adds pairs of 8-bit products in 16 bits where the processor has no instruction for the
  // whole sum; one bit less in the inputs then keeps it from overflowing.
  const int64_t largest = has_avx512_vnni() ? kZero - 1 : kZero / 2 - 1;
  QuantizedRows quantized;
  WholeProduct few;
  if (weight.is_cpu()) {
    quantized = quantize_rows_to_int8(weight.to(torch::kFloat32), kZero - 1);
    few = fbgemm_product(quantized, largest + 1);
  }
  if (!few)
    throw UsageError(text("there are no int8 products ",
                          weight.is_cpu() ? "in this LibTorch" : "on this device"),
                     weight.is_cpu() ? "Use decode.precision bf16 or fp32."
                                     : "Use decode.precision bf16, or --device cpu.");
  const auto many_rows = std::make_shared<ManyRows>(std::move(quantized));
  const torch::Tensor shift = bias.defined() ? bias.contiguous() : bias;
  return [few, many_rows, largest, shift](const torch::Tensor& x) {
    const WholeProduct* many = x.numel() >= kManyRows * x.size(-1) ? many_rows->product() : nullptr;
    const QuantizedRows rows =
        many ? quantize_rows_to_bytes(x, largest, kZero) : quantize_rows(x, largest);
    torch::Tensor y = many ? (*many)(rows.values) : few(rows.values);
    restore_rows(y, rows.scales, shift);
    return y;
  };
}

}  // namespace

PackedProduct pack(const torch::Tensor& weight, const torch::Tensor& bias,
                   WeightPrecision precision) {
  const torch::NoGradGuard no_grad;
  const torch::Tensor own = weight.detach();
  const torch::Tensor shift = bias.defined() ? bias.detach() : bias;
  switch (precision) {
    case WeightPrecision::kFp32:
      return own.is_cpu() && own.scalar_type() == torch::kFloat32 ? pack_fp32(own, shift)
                                                                  : PackedProduct();
    case WeightPrecision::kBf16:
      return pack_bf16(own, shift);
    case WeightPrecision::kInt8:
      return pack_int8(own, shift);
  }
  return {};
}

}  // namespace nmt
