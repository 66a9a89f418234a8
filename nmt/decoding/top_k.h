#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

struct TopK {
  torch::Tensor values;   // [rows, k], descending
  torch::Tensor indices;  // [rows, k] int64
};

/// The `k` greatest of each row of `scores` [rows, width] (floating point). Equal values are
/// ordered by index, lower first, so that a result never depends on how work is divided. Rows with
/// fewer than k finite values are filled up with −∞ (index 0 on the CPU, any index elsewhere); NaN
/// is never chosen on the CPU and comes first elsewhere. One vectorised pass over each row on the
/// CPU; elsewhere LibTorch's topk.
TopK top_k(const torch::Tensor& scores, int64_t k);

/// What top_k does where there is no kernel of its own.
TopK top_k_by_library(const torch::Tensor& scores, int64_t k);

}  // namespace nmt
