#include "models/encoder.h"

#include <torch/torch.h>

#include <algorithm>

namespace nmt {

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
    : LayerStack(
          {.options = options, .sites = sites, .side = ActivationSide::kSource, .name = "encoder"},
          options.encoder_layers, extensions,
          [&](const LayerContext& context) {
            return std::make_shared<EncoderLayerImpl>(context, extensions);
          }),
      sites_(std::move(sites)) {}

bool EncoderImpl::can_pack(const EmbeddedSource& source) const {
  // Dropout draws by place. Where gradients are recorded, listening is to change nothing to the
  // last bit.
  return source.padded && source.states.is_cpu() && !is_training() &&
         !torch::GradMode::is_enabled() && !needs_rows();
}

bool EncoderImpl::needs_rows() const {
  const auto layer_needs_rows = [](const std::shared_ptr<torch::nn::Module>& layer) {
    return !layer->as<EncoderLayerImpl>()->feed_forward->position_wise();
  };
  return sites_->needs_rows() || std::any_of(layers->begin(), layers->end(), layer_needs_rows);
}

torch::Tensor EncoderImpl::forward(const EmbeddedSource& source, const SentenceInfo& info) {
  AttentionInput input{.info = info};
  input.query_scale = query_scale(AttentionKind::kEncoderSelf, info.source_counts, {});
  input.rotation = rotation(
      source.positions.defined()
          ? source.positions
          : torch::arange(source.states.size(1), info.source_counts.options()).unsqueeze(0));
  const auto run_layers = [&](const torch::Tensor& states) {
    return run<EncoderLayerImpl>(states, [&](EncoderLayerImpl& layer, const torch::Tensor& x) {
      return layer.forward(x, input);
    });
  };
  if (!can_pack(source)) {
    if (source.padded) input.mask = source.mask.unsqueeze(1).unsqueeze(1);  // [batch, 1, 1, source]
    return run_layers(source.states);
  }
  const TokenPacking packing(source.mask);
  input.packing = &packing;
  input.info.token_rows = packing.token_rows();
  for (torch::Tensor* tensor : {&input.query_scale, &input.rotation})
    if (tensor->defined()) *tensor = packing.pack(*tensor);
  return packing.unpack(run_layers(packing.pack(source.states)));
}

}  // namespace nmt
