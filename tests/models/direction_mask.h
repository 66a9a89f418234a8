#pragma once

#include <torch/torch.h>

#include "models/extension_points.h"

// The smallest listener that depends on the sentence: a mask by direction.

namespace nmt::testing {

/// Silences every third neuron in sentences of direction 1, at every site, and does not say that it
/// is position-wise.
class DirectionMask : public ActivationListener {
 public:
  torch::Tensor on_activation(const ActivationSite&, const torch::Tensor& h,
                              const SentenceInfo& info) override {
    const torch::Tensor third = torch::arange(h.size(2)).remainder(3).eq(0);
    const torch::Tensor silent = info.direction.eq(1).unsqueeze(1) & third;  // [rows, width]
    return h.masked_fill(info.at_positions(silent), 0);
  }
};

/// The same, and says so.
class PositionWiseDirectionMask : public DirectionMask {
 public:
  bool position_wise() const override { return true; }
};

}  // namespace nmt::testing
