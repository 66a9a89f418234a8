#include "criterions/divergence.h"

#include "tests/criterions/naive.h"

namespace nmt {
namespace {

using testing::max_difference;

TEST(SymmetricDivergence, HandComputed) {
  // p = (½, ½), q = (¼, ¾): ½ (¼ ln 2 − ¼ ln ⅔) = ⅛ ln 3.
  const torch::Tensor log_p = torch::tensor({{{0.5, 0.5}, {0.25, 0.75}}}, torch::kFloat64).log();
  const Divergence divergence = symmetric_divergence(log_p, Gradient::kNone);
  EXPECT_NEAR(divergence.value.item<double>(), std::log(3) / 8, 1e-15);
  EXPECT_FALSE(divergence.gradient.defined());
}

TEST(SymmetricDivergence, HasTheGradientOfAutograd) {
  torch::manual_seed(4);
  const torch::Tensor logits = torch::randn({5, 2, 7}, torch::kFloat64).requires_grad_();
  const torch::Tensor log_p = torch::log_softmax(logits, -1);
  const Divergence divergence = symmetric_divergence(log_p.detach(), Gradient::kNeeded);
  const torch::Tensor gap = log_p.select(1, 0).exp() - log_p.select(1, 1).exp();
  const torch::Tensor expected = (gap * (log_p.select(1, 0) - log_p.select(1, 1))).sum() / 2;
  EXPECT_NEAR(divergence.value.item<double>(), expected.item<double>(), 1e-13);
  const torch::Tensor wanted = torch::autograd::grad({expected}, {logits})[0];
  EXPECT_LT(max_difference(divergence.gradient, wanted), 1e-13);
}

}  // namespace
}  // namespace nmt
