#include "models/decoder.h"

#include <torch/torch.h>

namespace nmt {

DecoderLayerImpl::DecoderLayerImpl(const LayerContext& context, const ModelExtensions& extensions)
    : self_attention(context),
      self_attention_norm(torch::nn::LayerNormOptions({context.options.dim})),
      cross_attention(context),
      cross_attention_norm(torch::nn::LayerNormOptions({context.options.dim})),
      feed_forward(make_feed_forward(context, extensions)),
      feed_forward_norm(torch::nn::LayerNormOptions({context.options.dim})),
      layer_(context.layer),
      norm_position_(context.options.norm),
      dropout_(context.options.dropout) {
  register_module("self_attention", self_attention);
  register_module("self_attention_norm", self_attention_norm);
  register_module("cross_attention", cross_attention);
  register_module("cross_attention_norm", cross_attention_norm);
  register_module("feed_forward", feed_forward);
  register_module("feed_forward_norm", feed_forward_norm);
  register_module("dropout", dropout_);
}

torch::Tensor DecoderLayerImpl::forward(const torch::Tensor& x, const DecoderPass& pass) {
  const DecoderState* state = pass.state;
  const torch::Tensor attended =
      residual(x, self_attention_norm, dropout_, norm_position_, [&](const torch::Tensor& h) {
        if (!state) return self_attention->forward(h, pass.self);
        return self_attention->step(h, pass.self, state->self_cache[layer_], pass.slots);
      });
  const torch::Tensor informed = residual(
      attended, cross_attention_norm, dropout_, norm_position_, [&](const torch::Tensor& h) {
        const torch::Tensor keys_values =
            state ? state->cross_cache[static_cast<size_t>(layer_)]
                  : cross_attention->keys_values(pass.memory, pass.memory_info);
        return cross_attention->forward(h, keys_values, pass.cross);
      });
  return residual(informed, feed_forward_norm, dropout_, norm_position_,
                  [&](const torch::Tensor& h) { return feed_forward->forward(h, pass.self.info); });
}

DecoderImpl::DecoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
                         const ModelExtensions& extensions)
    : LayerStack({.options = options,
                  .sites = std::move(sites),
                  .side = ActivationSide::kTarget,
                  .name = "decoder"},
                 options.decoder_layers, extensions, [&](const LayerContext& context) {
                   return std::make_shared<DecoderLayerImpl>(context, extensions);
                 }) {}

torch::Tensor DecoderImpl::run_at(const torch::Tensor& positions, const torch::Tensor& x,
                                  DecoderPass pass) {
  pass.self.query_scale = query_scale(AttentionKind::kDecoderSelf, {}, positions);
  pass.cross.query_scale =
      query_scale(AttentionKind::kCross, pass.cross.info.source_counts, positions);
  pass.self.rotation = rotation(positions);
  return run<DecoderLayerImpl>(
      x, [&](DecoderLayerImpl& layer, const torch::Tensor& h) { return layer.forward(h, pass); });
}

torch::Tensor DecoderImpl::forward(const torch::Tensor& x, const torch::Tensor& memory,
                                   const SentenceInfo& info) {
  // Padding lies on the right, so the causal rule alone keeps real positions from seeing it.
  DecoderPass pass{.self = {.info = info, .causal = true},
                   .cross = {.info = info},
                   .memory = memory,
                   .memory_info = info};
  if (info.source_padded) pass.cross.mask = info.source_mask.unsqueeze(1).unsqueeze(1);
  const torch::Tensor positions = torch::arange(x.size(1), info.source_counts.options());
  return run_at(positions.unsqueeze(0), x, std::move(pass));
}

DecoderState DecoderImpl::start(const torch::Tensor& memory, const SentenceInfo& info, int64_t beam,
                                int64_t max_length) {
  DecoderState state;
  for (const auto& layer : *layers)
    state.cross_cache.push_back(
        layer->as<DecoderLayerImpl>()->cross_attention->keys_values(memory, info).contiguous());
  const torch::Tensor& cross = state.cross_cache.front();
  const int64_t rows = memory.size(0) * beam;
  state.self_cache = torch::empty({static_cast<int64_t>(layers->size()), 2, rows, options_.heads,
                                   max_length, options_.dim / options_.heads},
                                  cross.options());
  if (info.source_padded) state.memory_mask = info.source_mask;
  state.beam = beam;
  state.info = info;
  state.info.target_mask = torch::Tensor();
  if (beam > 1) {
    const torch::Tensor sentence = torch::arange(memory.size(0), info.source_counts.options());
    state.info = state.info.select(sentence.unsqueeze(1).expand({-1, beam}).flatten());
  }
  return state;
}

torch::Tensor DecoderImpl::step(const torch::Tensor& x, const torch::Tensor& positions,
                                DecoderState& state) {
  const int64_t n = x.size(1);
  DecoderPass pass{.self = {.info = state.info}, .cross = {.info = state.info}, .state = &state};
  pass.slots = {.first = state.length, .used = state.length + n};
  if (state.lengths.defined()) pass.slots.by_row = positions;
  if (state.length == 0) {
    pass.self.causal = n > 1;
  } else if (n > 1 || state.lengths.defined()) {
    // A query sees the slots up to its own: [rows or 1, 1, n, used].
    const torch::Tensor slot = torch::arange(pass.slots.used, positions.options());
    pass.self.mask = (slot <= positions.unsqueeze(-1)).unsqueeze(1);
  }
  if (state.memory_mask.defined()) pass.cross.mask = state.memory_mask.unsqueeze(1).unsqueeze(1);
  return run_at(positions, x, std::move(pass));
}

}  // namespace nmt
