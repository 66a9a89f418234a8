#include "models/dropout.h"

#include <ATen/CPUGeneratorImpl.h>
#include <torch/torch.h>

#include <cmath>
#include <mutex>

#include "models/dropout_kernel.h"

namespace nmt {
namespace {

uint64_t draw_key() {
  auto* generator = at::get_generator_or_default<at::CPUGeneratorImpl>(
      std::nullopt, at::detail::getDefaultCPUGenerator());
  const std::scoped_lock lock(generator->mutex_);
  return generator->random64();
}

/// The gradient draws the same bits again.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context,
                               const std::optional<torch::Tensor>& x, const torch::Tensor& y,
                               DropoutDraw draw, torch::ScalarType out) {
    context->saved_data["sum"] = x.has_value();
    context->saved_data["key"] = static_cast<int64_t>(draw.key);
    context->saved_data["threshold"] = static_cast<int64_t>(draw.threshold);
    context->saved_data["type"] = static_cast<int64_t>(y.scalar_type());
    return add_dropped(x.value_or(torch::Tensor()), y, draw, out);
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& outer) {
    const auto saved = [&](const char* name) { return context->saved_data[name].toInt(); };
    const DropoutDraw draw{.key = static_cast<uint64_t>(saved("key")),
                           .threshold = static_cast<uint16_t>(saved("threshold"))};
    const bool sum = context->saved_data["sum"].toBool();
    torch::Tensor by_x, by_y;
    if (sum) by_x = outer[0];
    if (context->needs_input_grad(sum ? 1 : 0))  // an absent x does not count
      by_y = apply(std::nullopt, outer[0], draw, static_cast<torch::ScalarType>(saved("type")));
    return {by_x, by_y, {}, {}};
  }
};

}  // namespace

torch::Tensor DropoutImpl::forward(const torch::Tensor& x) const {
  return add({}, x);
}

torch::Tensor DropoutImpl::add(const torch::Tensor& x, const torch::Tensor& y) const {
  if (!is_training() || probability_ == 0) return x.defined() ? x + y : y;
  const torch::ScalarType out = x.defined() ? x.scalar_type() : y.scalar_type();
  if (!has_dropout_kernel(x, y, out)) {
    const torch::Tensor dropped = at::dropout(y, probability_, /*train=*/true);
    return x.defined() ? x + dropped : dropped;
  }
  const DropoutDraw draw{.key = draw_key(),
                         .threshold = static_cast<uint16_t>(std::lround(probability_ * 65536))};
  return DropoutFunction::apply(x.defined() ? std::optional(x) : std::nullopt, y, draw, out);
}

bool skip_layer(double probability) {
  return probability > 0 && torch::rand({1}, torch::kFloat64).item<double>() < probability;
}

torch::Tensor drop_words(const torch::Tensor& embedded, double probability) {
  const torch::Tensor dropped = torch::rand({embedded.size(0), embedded.size(1), 1},
                                            embedded.options().requires_grad(false)) < probability;
  return embedded.masked_fill(dropped, 0);
}

}  // namespace nmt
