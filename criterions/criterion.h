#pragma once

#include <torch/types.h>

#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "models/transformer.h"

namespace nmt {

/// What a criterion may depend on besides model and batch. Randomness is drawn from these numbers,
/// never from hidden generator state, so that a resumed run repeats it.
struct StepContext {
  int64_t update = 0;  // 1-based number of the update being computed
  int64_t batch = 0;   // index within the update, over its micro-batches and processes
  uint64_t seed = 0;
  bool training = true;  // false: validation; no randomness, no regularisation
};

/// A quantity for the log: printed as sum / weight over the logging interval. Tensors stay on the
/// device until then.
struct LossPart {
  std::string name;   // "nll", "kl" …
  torch::Tensor sum;  // scalar, detached
  double weight;      // usually target tokens
};

struct CriterionResult {
  /// Scalar with gradient: the SUM over the batch's target tokens. The trainer divides the gradient
  /// of an update by its target tokens, over all micro-batches and processes.
  torch::Tensor loss;
  int64_t tokens = 0;
  std::vector<LossPart> parts;  // at least "loss" and "nll"
};

/// Model + batch → loss. It may run the model several times, and other models it owns.
class Criterion {
 public:
  virtual ~Criterion() = default;
  virtual CriterionResult operator()(Transformer& model, const Batch& batch,
                                     const StepContext& step) = 0;
};

}  // namespace nmt
