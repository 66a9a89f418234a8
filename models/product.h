#pragma once

#include <torch/types.h>

namespace nmt {

/// x Wᵀ + b for x [..., in], `weight` [out, in] and `bias` [out] (undefined: none); differentiable.
/// What every matrix in the model goes through.
///
/// One place, so that a faster kernel serves the whole model. oneDNN's inner product was 2.2 times
/// as fast as LibTorch's choice on AMD processors (230 instead of 105 GFLOP/s on a core of a Zen 5
/// EPYC); it was taken out again after heap corruption in long runs whose cause is not found yet.
torch::Tensor product(const torch::Tensor& x, const torch::Tensor& weight,
                      const torch::Tensor& bias = {});

}  // namespace nmt
