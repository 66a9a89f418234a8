#include "models/linear.h"

#include <torch/torch.h>

#include "models/initialisation.h"
#include "models/product.h"

namespace nmt {

LinearImpl::LinearImpl(const LinearOptions& o) {
  weight = register_parameter("weight", torch::empty({o.out, o.in}));
  bias = register_parameter("bias", torch::zeros({o.out}));
  initialise([&] {
    for (torch::Tensor& part : weight.chunk(o.parts, 0))
      torch::nn::init::xavier_uniform_(part, o.gain);
  });
}

torch::Tensor LinearImpl::forward(const torch::Tensor& x) const {
  return packed_ ? packed_(x) : product(x, weight, bias);
}

}  // namespace nmt
