#include "models/attention.h"

#include <ATen/autocast_mode.h>
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

/// Projections as attention takes them. On a CPU not in autocast's bf16: there LibTorch's kernel
/// sets up a product of oneDNN for every head and block, which takes longer than the product
/// (BENCHMARKS.md). What follows attention is cast back by autocast.
torch::Tensor for_attention(const torch::Tensor& projected) {
  const bool rounded = projected.is_cpu() && projected.scalar_type() == torch::kBFloat16 &&
                       at::autocast::is_autocast_enabled(at::kCPU);
  return rounded ? projected.to(torch::kFloat32) : projected;
}

/// q [rows, n, heads, head size], k and v [rows, heads, keys, head size] to [rows, n, dim].
torch::Tensor attend(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                     const torch::Tensor& mask, bool causal, double dropout) {
  // For a lone row with a lone head LibTorch gives MKL all threads, which then sums in another
  // order: two rows are computed as many are.
  if (q.size(0) * q.size(2) == 1 && q.is_cpu() && !torch::GradMode::is_enabled() &&
      !mask.defined() && at::get_num_threads() > 1) {
    const auto twice = [](const torch::Tensor& x) { return x.expand({2, -1, -1, -1}); };
    return attend(twice(q), twice(k), twice(v), {}, causal, dropout).narrow(0, 0, 1);
  }
  const std::optional<torch::Tensor> where = mask.defined() ? std::optional(mask) : std::nullopt;
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::DispatchKey::AutocastCPU);
  return at::scaled_dot_product_attention(q.transpose(1, 2), k, v, where, dropout, causal)
      .transpose(1, 2)
      .flatten(2);
}

/// The same within each of the rows that lie packed in q, k and v [1, tokens, heads, head size]:
/// [1, tokens, dim]. A row is computed as if it were alone.
torch::Tensor attend_packed(const torch::Tensor& q, const torch::Tensor& k, const torch::Tensor& v,
                            const TokenPacking& packing, bool causal) {
  std::vector<torch::Tensor> parts;
  for (const TokenPacking::Group& group : packing.groups()) {
    const auto rows = [&](const torch::Tensor& packed) {  // [rows, length, heads, head size]
      return packed[0]
          .narrow(0, group.first_token, group.rows * group.length)
          .unflatten(0, {group.rows, group.length});
    };
    parts.push_back(
        attend(rows(q), rows(k).transpose(1, 2), rows(v).transpose(1, 2), {}, causal, 0.0)
            .flatten(0, 1));
  }
  return torch::cat(parts).unsqueeze(0);
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
      for_attention(sites_->apply(qkv_site_, qkv->forward(x), input.info));  // [rows, n, 3·dim]
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
  const torch::Tensor h = input.packing
                              ? attend_packed(projection.queries, projection.keys,
                                              projection.values, *input.packing, input.causal)
                              : attend(projection.queries, projection.keys.transpose(1, 2),
                                       projection.values.transpose(1, 2), input.mask, input.causal,
                                       is_training() ? dropout_ : 0.0);
  return sites_->apply(out_site_, out->forward(h), input.info);
}

torch::Tensor SelfAttentionImpl::step(const torch::Tensor& x, const AttentionInput& input,
                                      const CachedKeys& keys, int64_t first) {
  const Projection projection = project(x, input);
  torch::Tensor own = keys.entries.narrow(0, first, x.size(0) * x.size(1))
                          .unflatten(0, {x.size(0), x.size(1)});  // [rows, n, 2, heads, head size]
  own.select(2, 0).copy_(projection.keys);
  own.select(2, 1).copy_(projection.values);
  torch::Tensor h;
  if (!input.causal) {
    h = attend_cached(projection.queries, keys);
  } else {
    // As they are kept, that is perhaps rounded: a row of one token, causal only where there are
    // longer ones, would else depend on these.
    const torch::Tensor kept = own.to(projection.queries.scalar_type());
    const torch::Tensor k = kept.select(2, 0), v = kept.select(2, 1);
    h = input.packing ? input.packing->unpack(attend_packed(
                            input.packing->pack(projection.queries), input.packing->pack(k),
                            input.packing->pack(v), *input.packing, /*causal=*/true))
                      : attend(projection.queries, k.transpose(1, 2), v.transpose(1, 2), {},
                               /*causal=*/true, 0.0);
  }
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
  const torch::Tensor h = for_attention(
      sites_->apply(kv_site_, kv->forward(memory), info));  // [sentences, source, 2·dim]
  return h.unflatten(-1, {2, heads_, -1});
}

torch::Tensor CrossAttentionImpl::queries(const torch::Tensor& x, const AttentionInput& input) {
  return scaled(for_attention(sites_->apply(q_site_, q->forward(x), input.info)), input.query_scale)
      .unflatten(-1, {heads_, -1});
}

torch::Tensor CrossAttentionImpl::forward(const torch::Tensor& x, const torch::Tensor& keys_values,
                                          const AttentionInput& input) {
  const auto parts = keys_values.permute({2, 0, 3, 1, 4});
  const torch::Tensor h = attend(queries(x, input), parts[0], parts[1], input.mask,
                                 /*causal=*/false, is_training() ? dropout_ : 0.0);
  return sites_->apply(out_site_, out->forward(h), input.info);
}

torch::Tensor CrossAttentionImpl::step(const torch::Tensor& x, const AttentionInput& input,
                                       const CachedKeys& keys) {
  const torch::Tensor own = queries(x, input);
  const torch::Tensor folded = own.reshape({keys.groups(), -1, heads_, own.size(3)});
  const torch::Tensor h = attend_cached(folded, keys);
  return sites_->apply(out_site_, out->forward(h.view(x.sizes())), input.info);
}

}  // namespace nmt
