#include "nmt/decoding/top_k.h"

#include <ATen/Dispatch.h>
#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <limits>

namespace nmt {
namespace {

// Keeps the best of a row sorted by insertion. Nearly all of a row is below the k-th best seen, so
// it is skipped a block at a time by a comparison that the compiler vectorises.
template <class T>
void row_top_k(const T* row, int64_t width, int64_t k, T* values, int64_t* indices) {
  std::fill_n(values, k, -std::numeric_limits<T>::infinity());
  std::fill_n(indices, k, int64_t{0});
  constexpr int64_t kBlock = 64;
  for (int64_t begin = 0; begin < width; begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, width);
    const T threshold = values[k - 1];
    int above = 0;
    for (int64_t i = begin; i < end; ++i) above |= static_cast<int>(row[i] > threshold);
    if (above == 0) continue;
    for (int64_t i = begin; i < end; ++i) {
      if (!(row[i] > values[k - 1])) continue;
      int64_t place = k - 1;
      for (; place > 0 && values[place - 1] < row[i]; --place) {
        values[place] = values[place - 1];
        indices[place] = indices[place - 1];
      }
      values[place] = row[i];
      indices[place] = i;
    }
  }
}

}  // namespace

TopK top_k_by_library(const torch::Tensor& scores, int64_t k) {
  const int64_t width = scores.size(1);
  auto [values, indices] = scores.topk(std::min(k, width), 1);
  // topk leaves the order of equal values open.
  const auto [by_index, order] = indices.sort(1);
  const auto [sorted, rank] = values.gather(1, order).sort(/*stable=*/true, 1, /*descending=*/true);
  TopK top{sorted, by_index.gather(1, rank)};
  if (width < k) {
    top.values = torch::constant_pad_nd(top.values, {0, k - width},
                                        -std::numeric_limits<double>::infinity());
    top.indices = torch::constant_pad_nd(top.indices, {0, k - width}, 0);
  }
  return top;
}

TopK top_k(const torch::Tensor& scores, int64_t k) {
  TORCH_CHECK(scores.dim() == 2 && k > 0, "top_k needs [rows, width] and k > 0, not ",
              scores.sizes(), " and ", k);
  const auto type = scores.scalar_type();
  if (!scores.device().is_cpu() || (type != torch::kFloat && type != torch::kDouble))
    return top_k_by_library(scores, k);
  const torch::Tensor rows = scores.contiguous();
  const int64_t count = rows.size(0), width = rows.size(1);
  TopK top{torch::empty({count, k}, rows.options()),
           torch::empty({count, k}, rows.options().dtype(torch::kLong))};
  int64_t* indices = top.indices.data_ptr<int64_t>();
  AT_DISPATCH_FLOATING_TYPES(type, "top_k", [&] {
    const scalar_t* data = rows.const_data_ptr<scalar_t>();
    scalar_t* values = top.values.data_ptr<scalar_t>();
    const int64_t grain = std::max<int64_t>(1, 32768 / std::max<int64_t>(1, width));
    at::parallel_for(0, count, grain, [&](int64_t begin, int64_t end) {
      for (int64_t r = begin; r < end; ++r)
        row_top_k(data + r * width, width, k, values + r * k, indices + r * k);
    });
  });
  return top;
}

}  // namespace nmt
