#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <map>
#include <string>

#include "criterions/factory.h"
#include "tests/models/small_model.h"

// Losses the plain way, to compare criterions with.

namespace nmt::testing {

inline const Batch& three_pairs() {
  static const Batch shared = random_batch({{5, 4}, {3, 9}, {7, 6}});
  return shared;
}

inline std::map<std::string, double> parts_of(const CriterionResult& result) {
  std::map<std::string, double> parts;
  for (const LossPart& part : result.parts) {
    EXPECT_FALSE(part.sum.requires_grad());
    EXPECT_EQ(part.weight, static_cast<double>(result.tokens));
    parts[part.name] = part.sum.item<double>();
  }
  return parts;
}

inline torch::Tensor real(const torch::Tensor& flat, const Batch& batch) {
  return flat.index_select(0, batch.target_mask().flatten().nonzero().squeeze(1));
}

/// Log-probabilities [target_tokens, V] of the real positions.
inline torch::Tensor log_probabilities(Transformer& model, const Batch& batch) {
  const torch::Tensor hidden =
      model->decode(model->encode(batch.source), batch.target_input, batch.target_mask());
  return real(torch::log_softmax(model->project(hidden), -1).flatten(0, 1), batch);
}

inline torch::Tensor references(const Batch& batch) {
  return real(batch.target_output.flatten(), batch);
}

/// Label-smoothed cross-entropy, one position and one piece after the other.
inline double naive_loss(const torch::Tensor& log_p, const torch::Tensor& targets,
                         SmoothingKind kind, double eps) {
  double loss = 0;
  const auto rows = log_p.accessor<double, 2>();
  const auto size = static_cast<double>(log_p.size(1));
  for (int64_t t = 0; t < log_p.size(0); ++t)
    for (int64_t v = 0; v < log_p.size(1); ++v) {
      const bool right = targets[t].item<int64_t>() == v;
      double wanted = right ? 1 - eps : 0;
      if (kind == SmoothingKind::kUniform) wanted += eps / size;
      if (kind == SmoothingKind::kFairseq && !right) wanted = eps / (size - 1);
      loss -= wanted * rows[t][v];
    }
  return loss;
}

/// The same for autograd.
inline torch::Tensor plain_loss(const torch::Tensor& log_p, const torch::Tensor& targets,
                                SmoothingKind kind, double eps) {
  const auto size = static_cast<double>(log_p.size(1));
  const double each = kind == SmoothingKind::kUniform ? eps / size : eps / (size - 1);
  const double reference = kind == SmoothingKind::kUniform ? 1 - eps : 1 - eps - each;
  return -log_p.gather(1, targets.unsqueeze(1)).sum() * reference - log_p.sum() * each;
}

using Gradients = std::map<std::string, torch::Tensor>;

inline Gradients gradients(Transformer& model, const torch::Tensor& loss) {
  model->zero_grad();
  loss.backward();
  Gradients result;
  for (const auto& entry : model->named_parameters())
    result[entry.key()] = entry.value().grad().clone();
  return result;
}

inline void expect_equal(const Gradients& a, const Gradients& b, double tolerance,
                         double factor = 1) {
  for (const auto& [name, tensor] : a)
    EXPECT_LT(max_difference(tensor, b.at(name) * factor),
              tolerance * std::max(1.0, tensor.abs().max().item<double>()))
        << name;
}

}  // namespace nmt::testing
