#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/normalization.h>

#include <functional>
#include <memory>
#include <string>

#include "models/dropout.h"
#include "models/extension_points.h"
#include "models/positions.h"

namespace nmt {

/// Residual sum and norm around a sub-layer: x + dropout(f(norm(x))) in a pre-norm model, norm(x +
/// dropout(f(x))) in a post-norm one (Vaswani et al. 2017, section 3.1; Xiong et al. 2020).
template <class F>
torch::Tensor residual(const torch::Tensor& x, torch::nn::LayerNorm& norm, Dropout& dropout,
                       NormPosition position, F&& f) {
  if (position == NormPosition::kPre) return dropout->add(x, f(norm->forward(x)));
  return norm->forward(dropout->add(x, f(x)));
}

/// What encoder and decoder have in common: layers one after the other, a final norm in a pre-norm
/// model, rotary positions and the method's attention scale.
class LayerStack : public torch::nn::Module {
 public:
  torch::nn::ModuleList layers;
  torch::nn::LayerNorm norm = nullptr;  // pre-norm only

 protected:
  using MakeLayer = std::function<std::shared_ptr<torch::nn::Module>(const LayerContext& context)>;

  /// `count` layers; `stack` is the context of each but for its number, named "encoder" where the
  /// layers are "encoder.0", "encoder.1" …
  LayerStack(const LayerContext& stack, int64_t count, const ModelExtensions& extensions,
             const MakeLayer& make_layer);

  /// Passes x through `apply(layer, x)` of every layer, some of them left out in training
  /// (model.layer_dropout), and the final norm.
  template <class Layer, class Apply>
  torch::Tensor run(torch::Tensor x, const Apply& apply) {
    for (const auto& layer : *layers)
      if (!leave_out_layer()) x = apply(*layer->as<Layer>(), x);
    return norm ? norm->forward(x) : x;
  }

  /// The factor for the queries of an attention, [rows or 1, queries or 1, 1], or undefined.
  torch::Tensor query_scale(AttentionKind kind, const torch::Tensor& key_counts,
                            const torch::Tensor& query_positions) const;
  /// The rotations for queries and keys at `positions`, or undefined.
  torch::Tensor rotation(const torch::Tensor& positions);

  TransformerOptions options_;

 private:
  bool leave_out_layer() const;

  std::shared_ptr<AttentionScale> scale_;
  FixedTable rotation_ = nullptr;
};

}  // namespace nmt
