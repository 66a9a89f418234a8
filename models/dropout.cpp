#include "models/dropout.h"

#include <torch/torch.h>

namespace nmt {

bool skip_layer(double probability) {
  return probability > 0 && torch::rand({1}, torch::kFloat64).item<double>() < probability;
}

torch::Tensor drop_words(const torch::Tensor& embedded, double probability) {
  const torch::Tensor dropped = torch::rand({embedded.size(0), embedded.size(1), 1},
                                            embedded.options().requires_grad(false)) < probability;
  return embedded.masked_fill(dropped, 0);
}

}  // namespace nmt
