#include "models/feed_forward.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>

namespace nmt {
namespace {

LinearOptions input_options(const TransformerOptions& o) {
  const int64_t parts = o.activation == Activation::kSwiglu ? 2 : 1;
  return {.in = o.dim, .out = parts * o.feed_forward_dim, .parts = parts};
}

/// silu(gate) · value, [rows, length, hidden]. LibTorch's silu computes the last numbers of what it
/// goes through at once in another way than the rest: for a result that does not depend on the
/// number of threads, each of these takes whole tokens.
torch::Tensor gated(const torch::Tensor& gate, const torch::Tensor& value) {
  if (torch::GradMode::is_enabled() || !gate.is_cpu()) return at::silu(gate) * value;
  constexpr int64_t kNumbers = 32768;  // worth a thread: of less, silu makes one piece
  const torch::Tensor gates = gate.flatten(0, -2), values = value.flatten(0, -2);
  torch::Tensor h = torch::empty(gates.sizes(), gates.options());
  at::parallel_for(0, gates.size(0), std::max<int64_t>(1, kNumbers / gates.size(1)),
                   [&](int64_t begin, int64_t end) {
                     torch::Tensor own = h.narrow(0, begin, end - begin);
                     at::silu_out(own, gates.narrow(0, begin, end - begin));
                     own.mul_(values.narrow(0, begin, end - begin));
                   });
  return h.view(gate.sizes());
}

/// Whether nobody else has `h` or a tensor over the same numbers, so that it may be written into.
bool is_ours_alone(const torch::Tensor& h) {
  return h.use_count() == 1 && h.storage().use_count() == 1 && h.is_non_overlapping_and_dense();
}

}  // namespace

FeedForwardImpl::FeedForwardImpl(const LayerContext& context)
    : in(input_options(context.options)),
      out(LinearOptions{.in = context.options.feed_forward_dim, .out = context.options.dim}),
      activation_(context.options.activation),
      dropout_(context.options.activation_dropout),
      sites_(context.sites) {
  register_module("in", in);
  register_module("out", out);
  register_module("dropout", dropout_);
  const std::string name = context.name + ".feed_forward";
  in_site_ = sites_->add_whole(name + ".in", context.side, context.options.feed_forward_dim);
  out_site_ = sites_->add_whole(name + ".out", context.side, context.options.dim);
}

torch::Tensor FeedForwardImpl::forward(const torch::Tensor& x, const SentenceInfo& info) {
  torch::Tensor h = in->forward(x);  // [rows, length, hidden], twice that for SwiGLU
  if (activation_ == Activation::kSwiglu) {
    const auto parts = h.chunk(2, -1);
    h = sites_->apply(in_site_, gated(parts[0], parts[1]), info);
  } else {
    h = sites_->apply(in_site_, std::move(h), info);
    // The widest tensor there is: where nobody else holds it, it is not written a second time.
    if (!torch::GradMode::is_enabled() && (!sites_->heard() || is_ours_alone(h)))
      activation_ == Activation::kRelu ? at::relu_(h) : at::gelu_(h);
    else
      h = activation_ == Activation::kRelu ? at::relu(h) : at::gelu(h);
  }
  return sites_->apply(out_site_, out->forward(dropout_->forward(h)), info);  // [rows, length, dim]
}

std::shared_ptr<FeedForwardLayer> make_feed_forward(const LayerContext& context,
                                                    const ModelExtensions& extensions) {
  std::shared_ptr<FeedForwardLayer> layer;
  if (extensions.feed_forward) layer = extensions.feed_forward(context);
  return layer ? layer : std::make_shared<FeedForwardImpl>(context);
}

}  // namespace nmt
