#pragma once

#include <torch/types.h>

#include "criterions/label_smoothed_cross_entropy.h"

namespace nmt {

/// smoothed_cross_entropy() from logits [n, V] to begin with, which are overwritten: for fp32 on a
/// CPU in three passes over a row that stays in the cache, with one exponential an element;
/// otherwise by way of LibTorch's log_softmax. A row with a number that is not finite has a
/// gradient that is not a number, so that the update is skipped.
SmoothedLoss smoothed_softmax(torch::Tensor logits, const torch::Tensor& targets,
                              const SmoothingWeights& weights, Gradient gradient);

}  // namespace nmt
