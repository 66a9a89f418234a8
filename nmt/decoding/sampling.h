#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "nmt/decoding/decoding_options.h"

namespace nmt {

/// Draws one token a row from `log_probs` [rows, vocabulary], in which −∞ marks what is not
/// allowed: logits divided by the temperature, cut to the top_k most probable (Fan et al. 2018) and
/// then to the smallest set with probability >= top_p (Holtzman et al. 2020), renormalised.
/// `uniform` [rows] double in [0, 1) decides each row on its own, whatever the batch. Returns
/// [rows] int64.
torch::Tensor sample(const torch::Tensor& log_probs, const torch::Tensor& uniform,
                     const DecodingOptions& options);

/// The random numbers of sampling: [keys, steps] double in [0, 1), a function of (seed, key, step)
/// alone.
torch::Tensor sampling_numbers(uint64_t seed, const std::vector<uint64_t>& keys, int64_t steps);

}  // namespace nmt
