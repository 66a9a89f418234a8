#include "criterions/vocabulary_loss.h"

#include <ATen/autocast_mode.h>
#include <torch/torch.h>

#include <algorithm>

#include "models/product.h"

namespace nmt {
namespace {

/// Elements of one piece of logits: 8 MB of fp32 on a CPU, where it shall stay in the cache; enough
/// to fill a GPU. But not of few positions: each piece reads and writes the weight's whole
/// gradient.
int64_t positions_per_piece(const torch::Tensor& hidden, int64_t vocabulary) {
  constexpr int64_t kFewest = 256;
  const int64_t elements = hidden.is_cuda() ? int64_t{1} << 27 : int64_t{1} << 21;
  const int64_t passes = hidden.dim() == 3 ? hidden.size(1) : 1;
  return std::clamp<int64_t>(elements / (vocabulary * passes), kFewest,
                             std::max<int64_t>(kFewest, hidden.size(0)));
}

torch::Tensor at_least_float(const torch::Tensor& x) {
  return x.scalar_type() == torch::kFloat64 ? x : x.to(torch::kFloat32);
}

/// What matrix products are computed in.
torch::Dtype product_type(const torch::Tensor& x) {
  const auto device = x.device().type();
  return at::autocast::is_autocast_enabled(device) ? at::autocast::get_autocast_dtype(device)
                                                   : x.scalar_type();
}

/// What gradients are asked for: of a frozen output projection, say, none.
struct Wanted {
  bool hidden = false, weight = false;
};

/// Runs the function piece by piece and sums up those gradients of hidden and weight that are
/// wanted; the others are undefined.
struct Evaluation {
  torch::Tensor loss;
  std::vector<torch::Tensor> parts;
  torch::Tensor hidden_gradient, weight_gradient;
};

Evaluation evaluate(const torch::Tensor& hidden, const torch::Tensor& weight, size_t part_count,
                    const PieceFunction& function, Wanted wanted) {
  const torch::NoGradGuard no_grad;
  const torch::Dtype type = product_type(hidden);
  const torch::Tensor factors = weight.to(type);
  const auto sums =
      torch::TensorOptions().device(hidden.device()).dtype(at_least_float(hidden).scalar_type());
  Evaluation result{.loss = torch::zeros({}, sums)};
  for (size_t i = 0; i < part_count; ++i) result.parts.push_back(torch::zeros({}, sums));
  const auto gradient = wanted.hidden || wanted.weight ? Gradient::kNeeded : Gradient::kNone;
  if (wanted.hidden)
    result.hidden_gradient = torch::empty_like(hidden, at::MemoryFormat::Contiguous);
  if (wanted.weight) result.weight_gradient = torch::zeros_like(weight);
  const int64_t step = positions_per_piece(hidden, weight.size(0));
  for (int64_t first = 0; first < hidden.size(0); first += step) {
    const int64_t count = std::min(step, hidden.size(0) - first);
    const torch::Tensor states = hidden.narrow(0, first, count).to(type);
    PieceLoss piece = function(
        {.logits = at_least_float(product(states, factors)), .first = first, .gradient = gradient});
    result.loss += piece.loss;
    for (size_t i = 0; i < part_count; ++i) result.parts[i] += piece.parts[i];
    if (gradient == Gradient::kNone) continue;
    const torch::Tensor by_logits = piece.gradient.to(type).flatten(0, -2);  // [n·passes, V]
    if (wanted.hidden)
      result.hidden_gradient.narrow(0, first, count)
          .copy_(product(by_logits, factors.t()).view(states.sizes()));
    if (wanted.weight)
      result.weight_gradient += product_over_rows(by_logits, states.reshape({-1, states.size(-1)}));
  }
  return result;
}

/// Hands the gradients that evaluate() has found to autograd.
class VocabularyLossFunction : public torch::autograd::Function<VocabularyLossFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const torch::Tensor& hidden, const torch::Tensor& weight,
                               const Evaluation& evaluation) {
    (void)hidden, (void)weight;
    context->save_for_backward({evaluation.hidden_gradient, evaluation.weight_gradient});
    return evaluation.loss.clone();
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list outer) {
    torch::autograd::variable_list gradients = context->get_saved_variables();
    for (torch::Tensor& gradient : gradients)
      if (gradient.defined()) gradient = gradient * outer[0];
    return {gradients[0], gradients[1], torch::Tensor()};
  }
};

}  // namespace

VocabularyLoss vocabulary_loss(const torch::Tensor& hidden, const torch::Tensor& weight,
                               size_t part_count, const PieceFunction& function) {
  Wanted wanted;
  if (torch::GradMode::is_enabled())
    wanted = {.hidden = hidden.requires_grad(), .weight = weight.requires_grad()};
  Evaluation evaluation = evaluate(hidden, weight, part_count, function, wanted);
  VocabularyLoss result{.loss = evaluation.loss, .parts = std::move(evaluation.parts)};
  if (wanted.hidden || wanted.weight)
    result.loss = VocabularyLossFunction::apply(hidden, weight, evaluation);
  return result;
}

torch::Tensor real_positions(const torch::Tensor& hidden, const Batch& batch) {
  const torch::Tensor flat = hidden.flatten(0, 1);
  return batch.target_tokens == flat.size(0) ? flat
                                             : flat.index_select(0, batch.target_positions());
}

torch::Tensor real_targets(const Batch& batch) {
  const torch::Tensor flat = batch.target_output.flatten();
  return batch.target_tokens == flat.size(0) ? flat
                                             : flat.index_select(0, batch.target_positions());
}

}  // namespace nmt
