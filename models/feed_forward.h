#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/dropout.h"
#include "models/extension_points.h"
#include "models/linear.h"

namespace nmt {

/// The position-wise sub-layer of an encoder or decoder layer. Methods that put something else
/// there derive from it.
class FeedForwardLayer : public torch::nn::Module {
 public:
  /// x [rows, length, dim] to the same shape, before the residual sum.
  virtual torch::Tensor forward(const torch::Tensor& x, const SentenceInfo& info) = 0;

  /// Whether in evaluation each position's values are treated by themselves, by what is known of
  /// its sentence, whatever rows and lengths there are. The encoder then hands over real tokens
  /// alone where that is faster, [1, tokens, dim] with info.token_rows; else padded rows.
  virtual bool position_wise() const { return false; }
};

/// out(activation(in(x))) (Vaswani et al. 2017, eq. 2). SwiGLU (Shazeer 2020, eq. 6, with biases):
/// `in` holds two matrices of feed_forward_dim rows, the gate's first, and out((silu(gate) ⊙
/// value)) follows; it has half as many parameters again.
///
/// Sites: "….feed_forward.in" is the pre-activation of ReLU and GELU, and the product entering
/// `out` of SwiGLU; "….feed_forward.out" is the output before dropout and residual sum.
class FeedForwardImpl : public FeedForwardLayer {
 public:
  explicit FeedForwardImpl(const LayerContext& context);
  torch::Tensor forward(const torch::Tensor& x, const SentenceInfo& info) override;
  bool position_wise() const override { return true; }

  Linear in, out;

 private:
  Activation activation_;
  Dropout dropout_;
  std::shared_ptr<ActivationSites> sites_;
  const ActivationSite* in_site_;
  const ActivationSite* out_site_;
};

/// The feed-forward module for a layer: the method's, or the plain one.
std::shared_ptr<FeedForwardLayer> make_feed_forward(const LayerContext& context,
                                                    const ModelExtensions& extensions);

}  // namespace nmt
