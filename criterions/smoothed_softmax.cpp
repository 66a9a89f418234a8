#include "criterions/smoothed_softmax.h"

#include <ATen/Parallel.h>
#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "models/lanes.h"
#include "models/processor.h"
#include "models/vector_exp.h"

namespace nmt {
namespace {

/// With d = logit − the row's highest one: ln Σ e^d, Σ d, and d at the reference.
struct Row {
  double log_sum, sum, reference;
};

template <int64_t kBytes>
[[gnu::always_inline]] inline float highest_of(const float* logits, int64_t size) {
  using Floats = typename Lanes<float, kBytes>::Vector;
  constexpr int64_t kLanes = Lanes<float, kBytes>::kCount;
  const float least = -std::numeric_limits<float>::infinity();
  Floats highest = Floats{} + least;
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    const Floats x = lanes<kBytes>(logits + i);
    highest = highest > x ? highest : x;
  }
  float result = least;
  for (int64_t lane = 0; lane < kLanes; ++lane) result = std::max(result, highest[lane]);
  for (; i < size; ++i) result = std::max(result, logits[i]);
  return result;
}

/// Leaves the gradient in `logits`.
template <int64_t kBytes>
[[gnu::always_inline]] inline Row row_of(float* logits, int64_t size, int64_t reference,
                                         const SmoothingWeights& weights) {
  using Floats = typename Lanes<float, kBytes>::Vector;
  constexpr int64_t kLanes = Lanes<float, kBytes>::kCount;
  const float highest = highest_of<kBytes>(logits, size);
  const float at_reference = logits[reference] - highest;
  Floats sums = Floats{}, exponentials = Floats{};
  int64_t i = 0;
  for (; i + kLanes <= size; i += kLanes) {
    Floats d = lanes<kBytes>(logits + i) - highest;
    sums += d;
    exponentiate<kBytes>(d);
    exponentials += d;
    lanes<kBytes>(logits + i) = d;
  }
  const int64_t whole = i;
  float sum = sum_of<float, kBytes>(sums), exponential = sum_of<float, kBytes>(exponentials);
  for (; i < size; ++i) {
    const float d = logits[i] - highest;
    sum += d;
    exponential += logits[i] = std::exp(d);
  }
  const float zero = sum * 0;  // not a number where one of the logits is not finite
  const float scale = 1 / exponential + zero;
  const auto each = static_cast<float>(weights.each);
  for (i = 0; i < whole; i += kLanes)
    lanes<kBytes>(logits + i) = lanes<kBytes>(logits + i) * scale - each;
  for (; i < size; ++i) logits[i] = logits[i] * scale - each;
  logits[reference] -= static_cast<float>(weights.reference);
  return {.log_sum = std::log(static_cast<double>(exponential)) + zero,
          .sum = sum,
          .reference = at_reference};
}

struct Rows {
  float* logits;
  int64_t size;
  const int64_t* references;
  double* losses;  // of each row: loss and nll
};

template <int64_t kBytes>
[[gnu::always_inline]] inline void evaluate(const Rows& rows, const SmoothingWeights& weights,
                                            int64_t begin, int64_t end) {
  for (int64_t r = begin; r < end; ++r) {
    const Row row =
        row_of<kBytes>(rows.logits + r * rows.size, rows.size, rows.references[r], weights);
    const double nll = row.log_sum - row.reference;
    const double all = static_cast<double>(rows.size) * row.log_sum - row.sum;  // Σ −ln p
    rows.losses[2 * r] = weights.reference * nll + weights.each * all;
    rows.losses[2 * r + 1] = nll;
  }
}

}  // namespace

SmoothedLoss smoothed_softmax(torch::Tensor logits, const torch::Tensor& targets,
                              const SmoothingWeights& weights, Gradient gradient) {
  if (!logits.is_cpu() || logits.scalar_type() != torch::kFloat32 || logits.dim() != 2)
    return smoothed_cross_entropy(at::log_softmax(logits, -1), targets, weights, gradient);
  logits = logits.contiguous();
  const torch::Tensor references = targets.contiguous();
  const torch::Tensor losses = torch::empty({logits.size(0), 2}, torch::kFloat64);
  const Rows rows{.logits = logits.mutable_data_ptr<float>(),
                  .size = logits.size(1),
                  .references = references.const_data_ptr<int64_t>(),
                  .losses = losses.mutable_data_ptr<double>()};
  const auto evaluate_rows = [&](auto bytes, int64_t begin, int64_t end)
      __attribute__((always_inline)) {
    evaluate<bytes>(rows, weights, begin, end);
  };
  at::parallel_for(0, logits.size(0), 16, [&](int64_t begin, int64_t end) {
    run_on_this_processor(evaluate_rows, begin, end);
  });
  const torch::Tensor sums = losses.sum(0);
  return {.loss = sums[0],
          .nll = sums[1],
          .gradient = gradient == Gradient::kNeeded ? logits : torch::Tensor()};
}

}  // namespace nmt
