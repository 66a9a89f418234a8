#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

/// Keys and values computed earlier, to which queries of incremental decoding attend.
struct CachedKeys {
  torch::Tensor entries;  // [entries, 2, heads, head size]: one a token, its keys before its values
  /// [groups, slots] int64: the entries that a group of queries looks at, by position. Undefined:
  /// they lie next to each other.
  torch::Tensor table;
  /// Without a table, [groups] int64: where a group's entries begin. Undefined: at g·slots.
  torch::Tensor starts;
  int64_t slots = 0;  // most entries of a group
  /// [groups, queries or 1] int64: a query sees the first so many slots, at least one. Undefined:
  /// all.
  torch::Tensor counts;

  int64_t groups() const;
};

/// Scaled dot-product attention of `queries` [groups, queries, heads, head size] to what is cached,
/// in their type or in bf16: [groups, queries, heads · head size] in theirs. Not differentiable. On
/// a CPU, with queries in fp32 or fp64, one loop reads the entries where they lie, in an order that
/// depends on a query's own slots alone; the result does not change with what else is in the batch
/// or with the number of threads.
torch::Tensor attend_cached(const torch::Tensor& queries, const CachedKeys& keys);

/// The same by LibTorch's operations, which gather the entries first: for other devices and types.
torch::Tensor attend_cached_by_library(const torch::Tensor& queries, const CachedKeys& keys);

}  // namespace nmt
