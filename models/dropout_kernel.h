#pragma once

#include <torch/types.h>

#include <cstdint>

namespace nmt {

/// Which elements of a tensor a dropout keeps: drawn by a counter-based generator from the
/// element's place and `key`, never stored.
struct DropoutDraw {
  uint64_t key = 0;
  uint16_t threshold = 0;  // an element is zeroed with probability threshold / 65,536

  /// What the kept elements are multiplied by, so that the expectation stays.
  double scale() const { return 65536.0 / (65536 - threshold); }
};

/// Whether add_dropped serves x (undefined: none), y and `out`: on a CPU all fp64, or x in fp32 and
/// the others in fp32 or bf16.
bool has_dropout_kernel(const torch::Tensor& x, const torch::Tensor& y, torch::ScalarType out);

/// x + dropout(y) as `out`, in one pass over tensors of one shape; x undefined: dropout(y). Not
/// differentiable.
torch::Tensor add_dropped(const torch::Tensor& x, const torch::Tensor& y, DropoutDraw draw,
                          torch::ScalarType out);

}  // namespace nmt
