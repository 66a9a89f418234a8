#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>
#include <optional>
#include <vector>

#include "models/attention.h"
#include "models/decoder_state.h"
#include "models/dropout.h"
#include "models/extension_points.h"
#include "models/feed_forward.h"
#include "models/layer_stack.h"

namespace nmt {

/// What the decoder's layers share in one pass.
struct DecoderPass {
  AttentionInput self, cross;
  /// Teacher forcing: the encoder's states and what is known of its sentences.
  torch::Tensor memory;
  SentenceInfo memory_info;
  /// Incremental decoding: where keys and values lie; null in teacher forcing.
  const DecoderState* state = nullptr;
  CachedKeys self_keys;     // but for the entries, which each layer has of its own
  int64_t first_entry = 0;  // of the tokens that are fed
};

/// One decoder layer: self-attention, cross-attention and feed-forward.
class DecoderLayerImpl : public torch::nn::Module {
 public:
  DecoderLayerImpl(const LayerContext& context, const ModelExtensions& extensions);
  torch::Tensor forward(const torch::Tensor& x, const DecoderPass& pass);

  SelfAttention self_attention;
  torch::nn::LayerNorm self_attention_norm;
  CrossAttention cross_attention;
  torch::nn::LayerNorm cross_attention_norm;
  std::shared_ptr<FeedForwardLayer> feed_forward;
  torch::nn::LayerNorm feed_forward_norm;

 private:
  int64_t layer_;
  NormPosition norm_position_;
  Dropout dropout_;
};
TORCH_MODULE(DecoderLayer);

/// The decoder.
class DecoderImpl : public LayerStack {
 public:
  DecoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
              const ModelExtensions& extensions);

  /// Teacher forcing: hidden states for the embedded target x [batch, target, dim]. `info`
  /// describes the rows, target_mask included where a listener needs it.
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& memory,
                        const SentenceInfo& info);

  /// Computes the cross-attention keys and values and sets the caches aside.
  DecoderState start(const torch::Tensor& memory, const SentenceInfo& info, int64_t beam,
                     int64_t max_length);

  /// Hidden states for embedded tokens x [rows, n, dim] that stand at `positions` [rows or 1, n];
  /// fills the caches, but leaves it to the caller to advance the state's lengths.
  /// `counts`: see TransformerImpl::step.
  torch::Tensor step(const torch::Tensor& x, const torch::Tensor& positions,
                     const torch::Tensor& counts, DecoderState& state);

  /// From here on keys and values are kept in this type, in place of the one they are computed in.
  void keep_cache_in(torch::Dtype type) { cache_type_ = type; }

 private:
  /// Fills in the cross-attention's side of `state`.
  void attach_memory(const torch::Tensor& memory, const SentenceInfo& info, DecoderState& state);
  /// Runs the layers for queries at `positions`.
  torch::Tensor run_at(const torch::Tensor& positions, const torch::Tensor& x, DecoderPass pass);

  std::shared_ptr<ActivationSites> sites_;
  std::optional<torch::Dtype> cache_type_;
};
TORCH_MODULE(Decoder);

}  // namespace nmt
