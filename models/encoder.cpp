#include "models/encoder.h"

#include <torch/torch.h>

#include "models/dropout.h"

namespace nmt {

std::shared_ptr<FeedForwardLayer> make_feed_forward(const LayerContext& context,
                                                    const ModelExtensions& extensions) {
  std::shared_ptr<FeedForwardLayer> layer;
  if (extensions.feed_forward) layer = extensions.feed_forward(context);
  return layer ? layer : std::make_shared<FeedForwardImpl>(context);
}

EncoderLayerImpl::EncoderLayerImpl(const LayerContext& context, const ModelExtensions& extensions)
    : self_attention(context),
      self_attention_norm(torch::nn::LayerNormOptions({context.options.dim})),
      feed_forward(make_feed_forward(context, extensions)),
      feed_forward_norm(torch::nn::LayerNormOptions({context.options.dim})),
      norm_position_(context.options.norm),
      dropout_(context.options.dropout) {
  register_module("self_attention", self_attention);
  register_module("self_attention_norm", self_attention_norm);
  register_module("feed_forward", feed_forward);
  register_module("feed_forward_norm", feed_forward_norm);
  register_module("dropout", dropout_);
}

torch::Tensor EncoderLayerImpl::forward(const torch::Tensor& x, const AttentionInput& input) {
  const torch::Tensor attended =
      residual(x, self_attention_norm, dropout_, norm_position_,
               [&](const torch::Tensor& h) { return self_attention->forward(h, input); });
  return residual(attended, feed_forward_norm, dropout_, norm_position_,
                  [&](const torch::Tensor& h) { return feed_forward->forward(h, input.info); });
}

EncoderImpl::EncoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
                         const ModelExtensions& extensions)
    : options_(options), scale_(extensions.attention_scale) {
  for (int64_t i = 0; i < options.encoder_layers; ++i)
    layers->push_back(EncoderLayer(LayerContext{.options = options,
                                                .sites = sites,
                                                .side = ActivationSide::kSource,
                                                .layer = i,
                                                .name = text("encoder.", i)},
                                   extensions));
  register_module("layers", layers);
  if (options.norm == NormPosition::kPre)
    norm =
        register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.dim})));
  if (options.positions == PositionKind::kRotary)
    rotation_ = register_module(
        "rotation", FixedTable(rotary_angles(options.max_positions, options.dim / options.heads)));
}

torch::Tensor EncoderImpl::forward(const EmbeddedSource& source, const SentenceInfo& info) {
  AttentionInput input{.info = info};
  if (source.padded) input.mask = source.mask.unsqueeze(1).unsqueeze(1);  // [batch, 1, 1, source]
  if (scale_) {
    const torch::Tensor factor = scale_->scale(AttentionKind::kEncoderSelf, info.source_counts, {});
    if (factor.defined()) input.query_scale = factor.unsqueeze(-1);
  }
  if (rotation_) {
    const torch::Tensor positions =
        source.positions.defined()
            ? source.positions
            : torch::arange(source.states.size(1), info.source_counts.options()).unsqueeze(0);
    input.rotation = rotation_->forward(positions);
  }

  torch::Tensor x = source.states;
  for (const auto& layer : *layers) {
    if (is_training() && skip_layer(options_.layer_dropout)) continue;
    x = layer->as<EncoderLayerImpl>()->forward(x, input);
  }
  return norm ? norm->forward(x) : x;
}

}  // namespace nmt
