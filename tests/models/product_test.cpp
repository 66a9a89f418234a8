#include "models/product.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/models/small_model.h"

namespace nmt {
namespace {

using testing::max_difference;

// fp32 takes another way than fp64: values and gradients must agree to fp32's precision.
TEST(Product, Fp32AgreesWithDoubles) {
  torch::manual_seed(4);
  for (const int64_t rows : {1, 3, 200})
    for (const bool with_bias : {true, false}) {
      const auto leaf = [](torch::IntArrayRef sizes) {
        return torch::randn(sizes, torch::kFloat64).to(torch::kFloat32).requires_grad_();
      };
      const torch::Tensor x = leaf({2, rows, 31}), weight = leaf({17, 31});
      const torch::Tensor bias = with_bias ? leaf({17}) : torch::Tensor();
      const torch::Tensor outer = torch::randn({2, rows, 17});
      const torch::Tensor y = product(x, weight, bias);
      y.backward(outer);
      const auto exact = [](const torch::Tensor& t) {
        return t.detach().to(torch::kFloat64).requires_grad_();
      };
      const torch::Tensor x64 = exact(x), weight64 = exact(weight);
      const torch::Tensor bias64 = with_bias ? exact(bias) : torch::zeros({17}, torch::kFloat64);
      const torch::Tensor y64 = torch::matmul(x64, weight64.t()) + bias64;
      y64.backward(outer.to(torch::kFloat64));
      EXPECT_LT(max_difference(y, y64), 1e-4);
      EXPECT_LT(max_difference(x.grad(), x64.grad()), 1e-4);
      EXPECT_LT(max_difference(weight.grad(), weight64.grad()), 1e-4 * static_cast<double>(rows));
      if (with_bias) {
        EXPECT_LT(max_difference(bias.grad(), bias64.grad()), 1e-4);
      }
    }
}

TEST(Product, TakesTransposedAndStridedOperands) {
  const torch::Tensor x = torch::randn({9, 8, 5}), weight = torch::randn({5, 7});
  const torch::Tensor expected = torch::matmul(x.transpose(0, 1), weight);
  EXPECT_LT(max_difference(product(x.transpose(0, 1), weight.t()), expected), 1e-5);
  EXPECT_LT(max_difference(product(x.narrow(2, 1, 3), weight.narrow(0, 1, 3).t()),
                           torch::matmul(x.narrow(2, 1, 3), weight.narrow(0, 1, 3))),
            1e-5);
  EXPECT_EQ(product(torch::randn({0, 5}), weight.t()).sizes(), (torch::IntArrayRef{0, 7}));
}

TEST(Product, OverRowsAgreesWithDoublesNarrowAndWide) {
  const torch::NoGradGuard no_grad;
  for (const int64_t out : {3, 128, 300})
    for (const int64_t in : {5, 260}) {
      const torch::Tensor a = torch::randn({17, out}), b = torch::randn({17, in});
      EXPECT_LT(max_difference(product_over_rows(a, b),
                               torch::matmul(a.t().to(torch::kDouble), b.to(torch::kDouble))),
                1e-4);
    }
  EXPECT_TRUE(torch::equal(product_over_rows(torch::empty({0, 300}), torch::empty({0, 260})),
                           torch::zeros({300, 260})));
}

TEST(Product, GivesOnlyTheGradientsAskedFor) {
  const torch::Tensor x = torch::randn({4, 5}), frozen = torch::randn({3, 5});
  const torch::Tensor weight = torch::randn({3, 5}).requires_grad_();
  product(x, weight).sum().backward();
  EXPECT_FALSE(x.grad().defined());
  EXPECT_LT(max_difference(weight.grad(), x.sum(0).expand({3, 5})), 1e-5);
  EXPECT_FALSE(product(x, frozen).requires_grad());
}

TEST(Product, HasSecondGradients) {
  const torch::Tensor x = torch::randn({4, 5}).requires_grad_();
  const torch::Tensor weight = torch::randn({3, 5}).requires_grad_();
  const auto first = torch::autograd::grad({product(x, weight).square().sum()}, {x}, {}, true,
                                           /*create_graph=*/true);
  const auto second = torch::autograd::grad({first[0].square().sum()}, {weight});
  const auto plain =
      torch::autograd::grad({torch::matmul(x, weight.t()).square().sum()}, {x}, {}, true, true);
  const auto expected = torch::autograd::grad({plain[0].square().sum()}, {weight});
  EXPECT_LT(max_difference(second[0], expected[0]), 1e-3);
}

}  // namespace
}  // namespace nmt
