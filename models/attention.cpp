#include "models/attention.h"

#include <torch/torch.h>

#include <cmath>

#include "models/positions.h"

namespace nmt {
namespace {

const double kProjectionGain = 1 / std::sqrt(2.0);  // fairseq's, for queries, keys and values

LinearOptions fused(int64_t dim, int64_t parts) {
  return {.in = dim, .out = parts * dim, .parts = parts, .gain = kProjectionGain};
}

/// A site of equally wide parts: "encoder.0.self_attention.qkv" with ….q, ….k and ….v.
const ActivationSite* add_fused_site(ActivationSites& sites, const std::string& layer,
                                     const std::string& letters, ActivationSide side,
                                     int64_t width) {
  ActivationSite site{.name = layer + "." + letters, .side = side, .parts = {}};
  for (size_t i = 0; i < letters.size(); ++i)
    site.parts.push_back({.name = layer + "." + letters[i],
                          .offset = static_cast<int64_t>(i) * width,
                          .width = width});
  return sites.add(std::move(site));
}

/// `queries` [rows, n, dim] times the factor, computed in fp32 at least.
torch::Tensor scaled(const torch::Tensor& queries, const torch::Tensor& factor) {
  if (!factor.defined()) return queries;
  return (queries * factor).to(queries.scalar_type());
}

/// q [rows, n, heads, head size], k and v [rows, heads, keys, head size] to [rows, n, dim].
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& mask, bool causal, double dropout) {
  const std::optional<torch::Tensor> where = mask.defined() ? std::optional(mask) : std::nullopt;
  return at::scaled_dot_product_attention(q.transpose(1, 2), k, v, where, dropout, causal)
      .transpose(1, 2)
      .flatten(2);
}

}  // namespace

SelfAttentionImpl::SelfAttentionImpl(const LayerContext& context)
    : qkv(fused(context.options.dim, 3)),
      out(LinearOptions{.in = context.options.dim, .out = context.options.dim}),
      heads_(context.options.heads),
      dropout_(context.options.attention_dropout),
      sites_(context.sites) {
  register_module("qkv", qkv);
  register_module("out", out);
  const std::string name = context.name + ".self_attention";
  qkv_site_ = add_fused_site(*sites_, name, "qkv", context.side, context.options.dim);
  out_site_ = sites_->add_whole(name + ".out", context.side, context.options.dim);
}

SelfAttentionImpl::Projection SelfAttentionImpl::project(const torch::Tensor& x,
                                                         const AttentionInput& input) {
  const torch::Tensor h =
      sites_->apply(qkv_site_, qkv->forward(x), input.info);  // [rows, n, 3·dim]
  // One unbind: its gradient is one tensor, where each select would fill one of its own.
  const auto parts = h.unflatten(-1, {3, heads_, -1}).unbind(2);
  Projection projection{parts[0], parts[1], parts[2]};
  if (input.query_scale.defined())
    projection.queries = scaled(projection.queries, input.query_scale.unsqueeze(-1));
  if (input.rotation.defined()) {
    projection.queries = rotate(projection.queries, input.rotation);
    projection.keys = rotate(projection.keys, input.rotation);
  }
  return projection;
}

torch::Tensor SelfAttentionImpl::forward(const torch::Tensor& x, const AttentionInput& input) {
  const Projection projection = project(x, input);
  const torch::Tensor h =
      attend(projection.queries, projection.keys.transpose(1, 2), projection.values.transpose(1, 2),
             input.mask, input.causal, is_training() ? dropout_ : 0.0);
  return sites_->apply(out_site_, out->forward(h), input.info);
}

torch::Tensor SelfAttentionImpl::step(const torch::Tensor& x, const AttentionInput& input,
                                      const torch::Tensor& cache, const CacheSlots& slots) {
  const Projection projection = project(x, input);
  const auto store = [&](int64_t part, const torch::Tensor& projected) {
    const torch::Tensor fresh = projected.transpose(1, 2);  // [rows, heads, n, head size]
    const torch::Tensor own = cache.select(0, part);
    if (!slots.by_row.defined()) {
      own.narrow(2, slots.first, x.size(1)).copy_(fresh);
      return;
    }
    const torch::Tensor index = slots.by_row.view({x.size(0), 1, x.size(1), 1}).expand_as(fresh);
    torch::Tensor(own).scatter_(2, index, fresh);
  };
  store(0, projection.keys);
  store(1, projection.values);
  const torch::Tensor all = cache.narrow(3, 0, slots.used);
  const torch::Tensor h = attend(projection.queries, all[0], all[1], input.mask, input.causal, 0.0);
  return sites_->apply(out_site_, out->forward(h), input.info);
}

CrossAttentionImpl::CrossAttentionImpl(const LayerContext& context)
    : q(fused(context.options.dim, 1)),
      kv(fused(context.options.dim, 2)),
      out(LinearOptions{.in = context.options.dim, .out = context.options.dim}),
      heads_(context.options.heads),
      dropout_(context.options.attention_dropout),
      sites_(context.sites) {
  register_module("q", q);
  register_module("kv", kv);
  register_module("out", out);
  const std::string name = context.name + ".cross_attention";
  kv_site_ = add_fused_site(*sites_, name, "kv", ActivationSide::kSource, context.options.dim);
  q_site_ = sites_->add_whole(name + ".q", context.side, context.options.dim);
  out_site_ = sites_->add_whole(name + ".out", context.side, context.options.dim);
}

torch::Tensor CrossAttentionImpl::keys_values(const torch::Tensor& memory,
                                              const SentenceInfo& info) {
  const torch::Tensor h =
      sites_->apply(kv_site_, kv->forward(memory), info);  // [sentences, source, 2·dim]
  return h.unflatten(-1, {2, heads_, -1}).permute({2, 0, 3, 1, 4});
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& keys_values,
                                          const AttentionInput& input) {
  const torch::Tensor queries =
      scaled(sites_->apply(q_site_, q->forward(x), input.info), input.query_scale);
  // Hypotheses of one sentence become further queries of it: [sentences, beam·n, heads, head size].
  const torch::Tensor folded =
      queries.reshape({keys_values.size(1), -1, heads_, queries.size(2) / heads_});
  const torch::Tensor h = attend(folded, keys_values[0], keys_values[1], input.mask,
                                 /*causal=*/false, is_training() ? dropout_ : 0.0);
  return sites_->apply(out_site_, out->forward(h.view(x.sizes())), input.info);
}

}  // namespace nmt
