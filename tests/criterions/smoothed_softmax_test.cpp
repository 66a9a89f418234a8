#include "criterions/smoothed_softmax.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "models/vector_exp.h"

namespace nmt {
namespace {

TEST(VectorExp, IsWithinTwoUnitsInTheLastPlace) {
  using Floats = Lanes<float, 16>::Vector;
  double worst = 0;
  for (float x = -87; x <= 88; x += 0.00037F) {
    Floats e = Floats{} + x;
    exponentiate<16>(e);
    const double exact = std::exp(static_cast<double>(x));
    const double unit =
        std::nextafter(static_cast<float>(exact), INFINITY) - static_cast<float>(exact);
    worst = std::max(worst, std::abs(e[3] - exact) / unit);
  }
  EXPECT_LT(worst, 2);
  Floats far = Floats{} - 1e30F;
  exponentiate<16>(far);
  EXPECT_LT(far[0], 2e-38F);
  EXPECT_GE(far[0], 0);
}

struct Case {
  int64_t rows, size;
  double label_smoothing, spread;
};

// Against LibTorch's log_softmax in double precision; sizes on both sides of whole vectors.
TEST(SmoothedSoftmax, AgreesWithDoubles) {
  torch::manual_seed(1);
  for (const Case& c : {Case{7, 1, 0.1, 1}, Case{5, 15, 0.1, 3}, Case{5, 16, 0, 3},
                        Case{40, 131, 0.1, 10}, Case{3, 8000, 0.1, 20}, Case{3, 33, 0, 60}}) {
    const torch::Tensor logits = torch::randn({c.rows, c.size}) * c.spread + 5;
    const torch::Tensor targets = torch::randint(c.size, {c.rows}, torch::kInt64);
    for (const auto kind : {SmoothingKind::kUniform, SmoothingKind::kFairseq}) {
      if (c.size == 1 && kind == SmoothingKind::kFairseq) continue;  // divides by size − 1
      const SmoothingWeights weights = smoothing_weights(kind, c.label_smoothing, c.size);
      const SmoothedLoss expected = smoothed_cross_entropy(
          torch::log_softmax(logits.to(torch::kFloat64), -1), targets, weights, Gradient::kNeeded);
      const SmoothedLoss loss =
          smoothed_softmax(logits.clone(), targets, weights, Gradient::kNeeded);
      const double scale = 1 + std::abs(expected.loss.item<double>());
      EXPECT_NEAR(loss.loss.item<double>(), expected.loss.item<double>(), 1e-5 * scale);
      EXPECT_NEAR(loss.nll.item<double>(), expected.nll.item<double>(), 1e-5 * scale);
      EXPECT_LT((loss.gradient - expected.gradient).abs().max().item<double>(), 2e-6);
      EXPECT_FALSE(
          smoothed_softmax(logits.clone(), targets, weights, Gradient::kNone).gradient.defined());
    }
  }
}

TEST(SmoothedSoftmax, PassesOnWhatIsNotFinite) {
  const SmoothingWeights plain = smoothing_weights(SmoothingKind::kUniform, 0, 40);
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()})
    for (const int64_t place : {0, 20, 39}) {  // within whole vectors, and after them
      torch::Tensor logits = torch::randn({2, 40});
      logits[1][place] = bad;
      const SmoothedLoss loss =
          smoothed_softmax(logits, torch::tensor({3, 3}, torch::kInt64), plain, Gradient::kNeeded);
      EXPECT_FALSE(std::isfinite(loss.loss.item<double>()));
      EXPECT_TRUE(loss.gradient[0].isfinite().all().item<bool>());
      EXPECT_TRUE(loss.gradient[1].isnan().all().item<bool>());
    }
}

}  // namespace
}  // namespace nmt
