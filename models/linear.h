#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "models/packed_product.h"

namespace nmt {

/// Shape and initialisation of a Linear.
struct LinearOptions {
  int64_t in, out;
  /// Fused projections: `out` is made of this many matrices, which are initialised one by one.
  int64_t parts = 1;
  /// Factor on the Xavier bound. fairseq uses 1/sqrt(2) for queries, keys and values.
  double gain = 1.0;
};

/// y = x Wᵀ + b with W [out, in]. Initialised as in fairseq: Xavier uniform, bound gain·sqrt(6 /
/// (in + out)) (Glorot & Bengio 2010, eq. 16), bias zero. The one kind of matrix in the layers, so
/// that packing weights for decoding happens in one place.
class LinearImpl : public torch::nn::Module {
 public:
  explicit LinearImpl(const LinearOptions& options);
  torch::Tensor forward(const torch::Tensor& x) const;

  /// From here on forward() uses the weights as they are now, laid out for `precision`; no
  /// gradients. See packed_product.h.
  void pack(WeightPrecision precision) { packed_ = nmt::pack(weight, bias, precision); }

  torch::Tensor weight, bias;

 private:
  PackedProduct packed_;
};
TORCH_MODULE(Linear);

}  // namespace nmt
