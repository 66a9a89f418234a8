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
        CachedKeys keys = pass.self_keys;
        keys.entries = state->self_entries[layer_];
        return self_attention->step(h, pass.self, keys, pass.first_entry);
      });
  const torch::Tensor informed = residual(
      attended, cross_attention_norm, dropout_, norm_position_, [&](const torch::Tensor& h) {
        if (state) return cross_attention->step(h, pass.cross, state->cross_keys(layer_));
        return cross_attention->forward(
            h, cross_attention->keys_values(pass.memory, pass.memory_info), pass.cross);
      });
  return residual(informed, feed_forward_norm, dropout_, norm_position_,
                  [&](const torch::Tensor& h) { return feed_forward->forward(h, pass.self.info); });
}

DecoderImpl::DecoderImpl(const TransformerOptions& options, std::shared_ptr<ActivationSites> sites,
                         const ModelExtensions& extensions)
    : LayerStack(
          {.options = options, .sites = sites, .side = ActivationSide::kTarget, .name = "decoder"},
          options.decoder_layers, extensions,
          [&](const LayerContext& context) {
            return std::make_shared<DecoderLayerImpl>(context, extensions);
          }),
      sites_(std::move(sites)) {}

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

void DecoderImpl::attach_memory(const torch::Tensor& memory, const SentenceInfo& info,
                                DecoderState& state) {
  std::optional<TokenPacking> packing;
  torch::Tensor order;  // [entries], where they are not all of the batch's positions in order
  if (memory.is_cpu()) {
    packing.emplace(info.source_mask);
    state.source_starts = packing->starts();
  } else if (info.source_padded) {
    const torch::Tensor sentence = torch::arange(memory.size(0), info.source_counts.options());
    order = info.source_mask.to(torch::kByte).argsort(/*stable=*/true, 1, /*descending=*/true);
    order = (order + sentence.unsqueeze(1) * memory.size(1)).flatten();
  }
  if (info.source_padded) state.source_counts = info.source_counts.unsqueeze(1);
  state.source_slots = memory.size(1);
  const bool early = packing && !sites_->needs_rows();
  const torch::Tensor states = early ? packing->pack(memory) : memory;
  SentenceInfo states_info = info;
  if (early) states_info.token_rows = packing->token_rows();
  for (const auto& layer : *layers) {
    torch::Tensor entries =
        layer->as<DecoderLayerImpl>()->cross_attention->keys_values(states, states_info);
    if (packing && !early) entries = packing->pack(entries);
    entries = entries.flatten(0, 1).to(cache_type_.value_or(entries.scalar_type()));
    state.cross_entries.push_back(order.defined() ? entries.index_select(0, order)
                                                  : entries.contiguous());
  }
}

DecoderState DecoderImpl::start(const torch::Tensor& memory, const SentenceInfo& info, int64_t beam,
                                int64_t max_length) {
  DecoderState state;
  attach_memory(memory, info, state);
  const torch::Tensor& cross = state.cross_entries.front();
  const int64_t rows = memory.size(0) * beam;
  state.self_entries = torch::empty({static_cast<int64_t>(layers->size()), rows * max_length, 2,
                                     options_.heads, options_.dim / options_.heads},
                                    cross.options());
  state.table = torch::empty({rows, 0}, info.source_counts.options());
  state.beam = beam;
  state.max_length = max_length;
  state.info = info;
  state.info.target_mask = torch::Tensor();
  if (beam > 1) {
    const torch::Tensor sentence = torch::arange(memory.size(0), info.source_counts.options());
    state.info = state.info.select(sentence.unsqueeze(1).expand({-1, beam}).flatten());
  }
  return state;
}

torch::Tensor DecoderImpl::step(const torch::Tensor& x, const torch::Tensor& positions,
                                const torch::Tensor& counts, DecoderState& state) {
  const int64_t n = x.size(1);
  DecoderPass pass{.self = {.info = state.info}, .cross = {.info = state.info}, .state = &state};
  pass.self.causal = state.length == 0 && n > 1;
  std::optional<TokenPacking> packing;  // of a prefix: what a row gives then depends on it alone
  if (pass.self.causal && counts.defined() && x.is_cpu()) {
    packing.emplace(torch::arange(n, counts.options()) < counts.unsqueeze(1));
    pass.self.packing = &*packing;
  }
  pass.first_entry = state.reserve(positions);
  pass.self_keys = {.table = state.table, .slots = state.table.size(1)};
  if (n > 1 || state.lengths.defined())
    pass.self_keys.counts = (positions + 1).expand({x.size(0), n}).contiguous();
  return run_at(positions, x, std::move(pass));
}

}  // namespace nmt
