#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <cstdint>
#include <utility>

// How positions enter the model: a vector added to each embedded token (sinusoidal, learned), or a
// rotation of queries and keys (rotary). Positions count from 0.

namespace nmt {

/// A table of constants that follows the model to its device and precision (never below fp32) but
/// is no part of a checkpoint, which is why it is not a registered buffer.
class FixedTableImpl : public torch::nn::Module {
 public:
  /// `exact`: [positions, ...] double.
  explicit FixedTableImpl(torch::Tensor exact);
  /// Rows of the table: [..., ...] for `positions` [...] int64.
  torch::Tensor forward(const torch::Tensor& positions) const;

  void to(torch::Device device, torch::Dtype dtype, bool non_blocking = false) override;
  void to(torch::Dtype dtype, bool non_blocking = false) override;
  void to(torch::Device device, bool non_blocking = false) override;

 private:
  torch::Tensor exact_, table_;
};
TORCH_MODULE(FixedTable);

/// Sinusoids (Vaswani et al. 2017, section 3.5) in fairseq's layout: dimensions 0 … d/2−1 are
/// sin(p·w_i), the others cos(p·w_i), with w_i = 10000^(−i/(d/2−1)). [count, dim] double.
torch::Tensor sinusoids(int64_t count, int64_t dim);

/// Angles of rotary positions (Su et al. 2021, eq. 15): [count, 2, head_size/2] double, cos and sin
/// of p·10000^(−2i/head_size).
torch::Tensor rotary_angles(int64_t count, int64_t head_size);

/// Rotates each pair (x_i, x_{i + head size/2}) of x [rows, n, heads, head size] by its angle;
/// `angles` [rows or 1, n, 2, head size/2] as looked up in a table of rotary_angles. Computed in
/// fp32 at least, returned in x's type.
torch::Tensor rotate(const torch::Tensor& x, const torch::Tensor& angles);

}  // namespace nmt
