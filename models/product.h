#pragma once

#include <torch/types.h>

namespace nmt {

/// x Wᵀ + b for x [..., in], `weight` [out, in] and `bias` [out] (undefined: none); differentiable.
/// What every matrix in the model goes through.
///
/// In fp32 on a CPU it calls oneDNN, which uses AVX-512 on processors of any make, where LibTorch's
/// own choice, MKL, falls back to half the vector width on AMD's: 2.2 times as fast there (230
/// instead of 105 GFLOP/s on a core of a Zen 5 EPYC). Elsewhere it is at::linear.
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias = {});

/// aᵀ b for a [n, out] and b [n, in]: [out, in], what the gradient of a weight is made of;
/// differentiable. Computed by whatever is fastest for these sizes.
torch::Tensor product_over_rows(const torch::Tensor& a, const torch::Tensor& b);

}  // namespace nmt
