#include "models/layer_stack.h"

#include <torch/torch.h>

#include "models/dropout.h"

namespace nmt {

LayerStack::LayerStack(const LayerContext& stack, int64_t count, const ModelExtensions& extensions,
                       const MakeLayer& make_layer)
    : options_(stack.options), scale_(extensions.attention_scale) {
  for (int64_t i = 0; i < count; ++i) {
    LayerContext context = stack;
    context.layer = i;
    context.name = text(stack.name, ".", i);
    layers->push_back(make_layer(context));
  }
  register_module("layers", layers);
  if (options_.norm == NormPosition::kPre)
    norm =
        register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({options_.dim})));
  if (options_.positions == PositionKind::kRotary)
    rotation_ = register_module(
        "rotation",
        FixedTable(rotary_angles(options_.max_positions, options_.dim / options_.heads)));
}

torch::Tensor LayerStack::query_scale(AttentionKind kind, const torch::Tensor& key_counts,
                                      const torch::Tensor& query_positions) const {
  if (!scale_) return {};
  const torch::Tensor factor = scale_->scale(kind, key_counts, query_positions);
  return factor.defined() ? factor.unsqueeze(-1) : factor;
}

torch::Tensor LayerStack::rotation(const torch::Tensor& positions) {
  return rotation_ ? rotation_->forward(positions) : torch::Tensor();
}

bool LayerStack::leave_out_layer() const {
  return is_training() && skip_layer(options_.layer_dropout);
}

}  // namespace nmt
