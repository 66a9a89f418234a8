#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

// Dropout of elements, of layers and of words. Randomness comes from LibTorch's default generators,
// which the trainer seeds anew at each update.

namespace nmt {

/// In training, zeroes each element with `probability` (in steps of 1/65,536) and divides the
/// others by the probability of being kept (Srivastava et al. 2014); otherwise the identity. In
/// the types that add_dropped() serves it is one pass forward and one backward, with nothing
/// stored; elsewhere LibTorch's own.
class DropoutImpl : public torch::nn::Module {
 public:
  explicit DropoutImpl(double probability) : probability_(probability) {}

  /// dropout(x), any shape.
  torch::Tensor forward(const torch::Tensor& x) const;
  /// x + dropout(y), one shape: the residual sum around a sub-layer.
  torch::Tensor add(const torch::Tensor& x, const torch::Tensor& y) const;

 private:
  double probability_;
};
TORCH_MODULE(Dropout);

/// Whether to skip a whole layer (LayerDrop, Fan et al. 2020) with probability `probability`. Drawn
/// on the CPU, whatever the device, so that it costs no synchronisation. Draws nothing at
/// probability 0.
bool skip_layer(double probability);

/// `embedded` [batch, length, dim] with each token's whole vector set to zero with probability
/// `probability`, without rescaling: the model learns to do without a word, and sees the others as
/// at test time.
torch::Tensor drop_words(const torch::Tensor& embedded, double probability);

}  // namespace nmt
