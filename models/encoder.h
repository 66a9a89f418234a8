#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/attention.h"
#include "models/extension_points.h"
#include "models/feed_forward.h"
#include "models/positions.h"

namespace nmt {

/// The feed-forward module for a layer: the method's, or the plain one.
std::shared_ptr<FeedForwardLayer> make_feed_forward(const LayerContext& context,
                                                    const ModelExtensions& extensions);

/// Residual sum and norm around a sub-layer: x + dropout(f(norm(x))) in a pre-norm model, norm(x +
/// dropout(f(x))) in a post-norm one (Vaswani et al. 2017, section 3.1; Xiong et al. 2020).
template <class F>
torch::Tensor residual(const torch::Tensor& x, torch::nn::LayerNorm& norm,
                       torch::nn::Dropout& dropout, NormPosition position, F&& f) {
  if (position == NormPosition::kPre) return x + dropout->forward(f(norm->forward(x)));
  return norm->forward(x + dropout->forward(f(x)));
}

/// One encoder layer: self-attention and feed-forward.
class EncoderLayerImpl : public torch::nn::Module {
 public:
  EncoderLayerImpl(const LayerContext& context, const ModelExtensions& extensions);
  torch::Tensor forward(const torch::Tensor& x, const AttentionInput& input);

  SelfAttention self_attention;
  torch::nn::LayerNorm self_attention_norm;
  std::shared_ptr<FeedForwardLayer> feed_forward;
  torch::nn::LayerNorm feed_forward_norm;

 private:
  NormPosition norm_position_;
  torch::nn::Dropout dropout_;
};
TORCH_MODULE(EncoderLayer);

/// The encoder stack, with a final norm in a pre-norm model.
class EncoderImpl : public torch::nn::Module {
 public:
  EncoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
              const ModelExtensions& extensions);

  /// States [batch, source, dim] of the embedded source; `info` describes its rows.
  torch::Tensor forward(const EmbeddedSource& source, const SentenceInfo& info);

  torch::nn::ModuleList layers;
  torch::nn::LayerNorm norm = nullptr;  // pre-norm only

 private:
  TransformerOptions options_;
  std::shared_ptr<AttentionScale> scale_;
  FixedTable rotation_ = nullptr;
};
TORCH_MODULE(Encoder);

}  // namespace nmt
