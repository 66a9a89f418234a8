#pragma once

#include <torch/types.h>

#include <functional>
#include <string>
#include <vector>

#include "criterions/criterion.h"

// Losses over the vocabulary without the logits of a whole batch. Logits, loss and gradients are
// worked out for a few hundred positions at a time, in the forward pass, so that what is kept is
// the gradient of the hidden states and of the output projection, never anything of size positions
// × vocabulary. On a CPU the piece also stays in its cache.

namespace nmt {

/// Whether the gradient is asked for beside the loss.
enum class Gradient { kNone, kNeeded };

/// Logits of some consecutive positions, in fp32 at least.
struct LogitPiece {
  torch::Tensor logits;  // [n, V], or [n, passes, V]; the function may write into it
  int64_t first = 0;     // index of the first position
  Gradient gradient = Gradient::kNone;
};

/// The loss of a piece.
struct PieceLoss {
  torch::Tensor loss;  // scalar: the sum over the piece's positions
  std::vector<torch::Tensor>
      parts;  // scalars for the log, in the order of the names given to vocabulary_loss
  torch::Tensor gradient;  // of loss by logits, the same shape; undefined where it is not needed
};

using PieceFunction = std::function<PieceLoss(LogitPiece piece)>;

struct VocabularyLoss {
  torch::Tensor loss;                // scalar, differentiable by hidden and weight (once)
  std::vector<torch::Tensor> parts;  // scalars, sums over all positions, detached
};

/// Sums `function` over the pieces of the logits hidden · weightᵀ. `hidden` [positions, dim] or
/// [positions, passes, dim], `weight` [V, dim]. Under autocast the products are computed in its
/// type. The gradient of what does not require one is not computed: of a frozen output projection
/// it is a third of the work.
VocabularyLoss vocabulary_loss(const torch::Tensor& hidden, const torch::Tensor& weight,
                               size_t part_count, const PieceFunction& function);

/// Hidden states of the batch's real target positions: [target_tokens, dim] of [batch, target,
/// dim].
torch::Tensor real_positions(const torch::Tensor& hidden, const Batch& batch);
/// The reference pieces there: [target_tokens] int64.
torch::Tensor real_targets(const Batch& batch);

}  // namespace nmt
