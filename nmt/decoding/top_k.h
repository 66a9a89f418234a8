#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

struct TopK {
  torch::Tensor values;   // [rows, k], descending
  torch::Tensor indices;  // [rows, k] int64
};

/// The `k` greatest of each row of `scores` [rows, width] (floating point). One vectorised
/// pass over each row on the CPU: equal values are ordered by index, lower first, rows with fewer
/// than k finite values are filled up with −∞ (index 0), and NaN is never chosen. Elsewhere
/// LibTorch's topk: which of equal values it takes at the k-th place is its own choice, as are the
/// indices of −∞, and NaN comes first.
TopK top_k(const torch::Tensor& scores, int64_t k);

/// What top_k does where there is no kernel of its own.
TopK top_k_by_library(const torch::Tensor& scores, int64_t k);

}  // namespace nmt
