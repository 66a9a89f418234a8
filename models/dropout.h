#pragma once

#include <torch/types.h>

// Dropout kinds that LibTorch lacks. Randomness comes from LibTorch's default generators, which the
// trainer seeds anew at each update.

namespace nmt {

/// Whether to skip a whole layer (LayerDrop, Fan et al. 2020) with probability `probability`. Drawn
/// on the CPU, whatever the device, so that it costs no synchronisation. Draws nothing at
/// probability 0.
bool skip_layer(double probability);

/// `embedded` [batch, length, dim] with each token's whole vector set to zero with probability
/// `probability`, without rescaling: the model learns to do without a word, and sees the others as
/// at test time.
torch::Tensor drop_words(const torch::Tensor& embedded, double probability);

}  // namespace nmt
