#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "models/cached_attention.h"
#include "models/extension_points.h"
#include "models/linear.h"
#include "models/token_packing.h"

// Multi-head scaled dot-product attention (Vaswani et al. 2017, section 3.2) on LibTorch's fused
// kernels. On the CPU these need attention dropout 0; with dropout LibTorch computes the products
// one by one.

namespace nmt {

/// What one pass through a stack shares among its attention layers, worked out once.
struct AttentionInput {
  SentenceInfo info;    // of the rows
  torch::Tensor mask;   // bool, true where to look, broadcastable to [rows, heads, queries, keys];
                        // undefined: everywhere
  bool causal = false;  // query i sees keys 0 … i
  /// Rows attend each to itself, without padding and as if it were alone; takes the mask's place.
  /// forward() gets them packed, [1, tokens, dim]; step() does not.
  const TokenPacking* packing = nullptr;
  torch::Tensor
      query_scale;         // AttentionScale's factor, [rows or 1, queries or 1, 1]; undefined: none
  torch::Tensor rotation;  // rotary angles of the queries' positions; undefined: none
};

/// Queries, keys and values from one fused product.
///
/// Sites: "….self_attention.qkv" with the parts q, k and v: the projections, bias included, before
/// the query factor, the rotation and 1/sqrt(head size); "….self_attention.out": the output
/// projection.
class SelfAttentionImpl : public torch::nn::Module {
 public:
  explicit SelfAttentionImpl(const LayerContext& context);

  /// x [rows, length, dim] to the same shape.
  torch::Tensor forward(const torch::Tensor& x, const AttentionInput& input);

  /// Incremental decoding: stores the keys and values of x [rows, n, dim] in the entries of `keys`
  /// from `first` on, row by row, and attends to those its table names. `input.causal`: to x alone,
  /// of which nothing stands before.
  torch::Tensor step(const torch::Tensor& x, const AttentionInput& input, const CachedKeys& keys,
                     int64_t first);

  Linear qkv, out;

 private:
  /// [rows, n, heads, head size] each: views of one product, scaled and rotated as far as the input
  /// asks for it.
  struct Projection {
    torch::Tensor queries, keys, values;
  };
  Projection project(const torch::Tensor& x, const AttentionInput& input);

  int64_t heads_;
  double dropout_;
  std::shared_ptr<ActivationSites> sites_;
  const ActivationSite* qkv_site_;
  const ActivationSite* out_site_;
};
TORCH_MODULE(SelfAttention);

/// Attention of the decoder to the encoder's memory.
///
/// Sites: "….cross_attention.q", "….cross_attention.kv" with the parts k and v (measured on the
/// source side, rows are sentences), "….cross_attention.out".
class CrossAttentionImpl : public torch::nn::Module {
 public:
  explicit CrossAttentionImpl(const LayerContext& context);

  /// Keys and values [sentences, source, 2, heads, head size] of the memory's states [sentences,
  /// source, dim]. Both may be tokens laid end to end, [1, tokens, …], which `info` then says.
  torch::Tensor keys_values(const torch::Tensor& memory, const SentenceInfo& info);

  /// x [sentences, n, dim] to the same shape. `input.mask` [sentences, 1, 1, source].
  torch::Tensor forward(const torch::Tensor& x, const torch::Tensor& keys_values,
                        const AttentionInput& input);

  /// Incremental decoding: x [rows, n, dim] to the same shape. Rows may be several hypotheses of
  /// each sentence, next to each other: they share the sentence's `keys`, as further queries.
  torch::Tensor step(const torch::Tensor& x, const AttentionInput& input, const CachedKeys& keys);

  Linear q, kv, out;

 private:
  torch::Tensor queries(const torch::Tensor& x, const AttentionInput& input);

  int64_t heads_;
  double dropout_;
  std::shared_ptr<ActivationSites> sites_;
  const ActivationSite* q_site_;
  const ActivationSite* kv_site_;
  const ActivationSite* out_site_;
};
TORCH_MODULE(CrossAttention);

}  // namespace nmt
