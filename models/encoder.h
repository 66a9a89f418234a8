#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "models/attention.h"
#include "models/dropout.h"
#include "models/extension_points.h"
#include "models/feed_forward.h"
#include "models/layer_stack.h"

namespace nmt {

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
  Dropout dropout_;
};
TORCH_MODULE(EncoderLayer);

/// The encoder.
class EncoderImpl : public LayerStack {
 public:
  EncoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
              const ModelExtensions& extensions);

  /// States [batch, source, dim] of the embedded source; `info` describes its rows. In evaluation
  /// without gradients, on a CPU, the layers work on the real tokens alone, and the states of
  /// padding are zero.
  torch::Tensor forward(const EmbeddedSource& source, const SentenceInfo& info);

 private:
  /// Whether the layers can do without padding: everything but attention is position-wise then.
  bool can_pack(const EmbeddedSource& source) const;
  bool needs_rows() const;

  std::shared_ptr<ActivationSites> sites_;
};
TORCH_MODULE(Encoder);

}  // namespace nmt
