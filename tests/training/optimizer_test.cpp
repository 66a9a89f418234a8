#include "nmt/training/optimizer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <limits>

#include "nmt/support/error.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

World& alone() {
  static const std::unique_ptr<World> world = single_process();
  return *world;
}

// Adam written out for one number (Kingma & Ba 2015, algorithm 1).
struct ScalarAdam {
  double value, mean = 0, square = 0;
  int steps = 0;
  void step(double gradient, double lr, const OptimizerOptions& o) {
    ++steps;
    if (o.kind == OptimizerKind::kAdamW) value -= lr * o.weight_decay * value;
    if (o.kind == OptimizerKind::kAdam) gradient += o.weight_decay * value;
    mean = o.beta1 * mean + (1 - o.beta1) * gradient;
    square = o.beta2 * square + (1 - o.beta2) * gradient * gradient;
    const double m = mean / (1 - std::pow(o.beta1, steps)),
                 v = square / (1 - std::pow(o.beta2, steps));
    value -= lr * m / (std::sqrt(v) + o.epsilon);
  }
};

torch::Tensor parameter(std::vector<double> values) {
  return torch::tensor(values, torch::kFloat64).set_requires_grad(true);
}

void set_gradient(torch::Tensor parameter, std::vector<double> values) {
  parameter.mutable_grad() = torch::tensor(values, torch::kFloat64);
}

class OptimizerTest : public testing::TestWithParam<OptimizerKind> {};

TEST_P(OptimizerTest, FollowsTheScalarFormulas) {
  // Epsilon is so large that it matters where it is added.
  const OptimizerOptions options{.kind = GetParam(), .epsilon = 0.1, .weight_decay = 0.1};
  const torch::Tensor weights = parameter({1.0, -2.0});
  Optimizer optimizer({{"w", weights}}, options, alone());
  ScalarAdam first{1.0}, second{-2.0};
  for (int update = 1; update <= 20; ++update) {
    const double gradient = std::sin(update), other = 0.3 * update - 2;
    set_gradient(weights, {gradient * 7, other * 7});  // a sum over 7 tokens
    optimizer.step(0.01, torch::tensor(7.0F));
    first.step(gradient, 0.01, options);
    second.step(other, 0.01, options);
  }
  EXPECT_NEAR(weights[0].item<double>(), first.value, 1e-6);
  EXPECT_NEAR(weights[1].item<double>(), second.value, 1e-6);
}

INSTANTIATE_TEST_SUITE_P(Kinds, OptimizerTest,
                         testing::Values(OptimizerKind::kAdam, OptimizerKind::kAdamW));

TEST(Optimizer, ClipsByTheGlobalNorm) {
  const OptimizerOptions options{.epsilon = 1e-8, .clip_norm = 1};
  const torch::Tensor a = parameter({0}), b = parameter({0});
  Optimizer optimizer({{"a", a}, {"b", b}}, options, alone());
  set_gradient(a, {6});  // norm 10/2 = 5 after division: scaled by 1/5
  set_gradient(b, {8});
  EXPECT_NEAR(optimizer.step(0.0, torch::tensor(2.0F)).gradient_norm.item<double>(), 5, 1e-9);
  EXPECT_NEAR(optimizer.state().at("optimizer.mean.a").item<double>(), 0.1 * 0.6, 1e-7);
  EXPECT_NEAR(optimizer.state().at("optimizer.mean.b").item<double>(), 0.1 * 0.8, 1e-7);
}

TEST(Optimizer, LeavesSmallerGradientsAsTheyAre) {
  const OptimizerOptions options{.epsilon = 1e-8, .clip_norm = 1};
  const torch::Tensor a = parameter({0}), b = parameter({0});
  Optimizer optimizer({{"a", a}, {"b", b}}, options, alone());
  set_gradient(a, {0.6});  // norm 1/2 = 0.5 after division
  set_gradient(b, {0.8});
  EXPECT_NEAR(optimizer.step(0.0, torch::tensor(2.0F)).gradient_norm.item<double>(), 0.5, 1e-9);
  EXPECT_NEAR(optimizer.state().at("optimizer.mean.a").item<double>(), 0.1 * 0.3, 1e-9);
  EXPECT_NEAR(optimizer.state().at("optimizer.mean.b").item<double>(), 0.1 * 0.4, 1e-9);
}

TEST(Optimizer, ANonFiniteGradientChangesNothing) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    const torch::Tensor weights = parameter({1, 2});
    Optimizer optimizer({{"w", weights}}, {}, alone());
    set_gradient(weights, {1, 1});
    optimizer.step(0.1, torch::tensor(1.0F));
    const torch::Tensor before = weights.detach().clone();
    TensorMap state;
    for (const auto& [name, tensor] : optimizer.state()) state[name] = tensor.clone();
    set_gradient(weights, {1, bad});
    EXPECT_EQ(optimizer.step(0.1, torch::tensor(1.0F)).skipped.item<float>(), 1);
    EXPECT_TRUE(torch::equal(weights.detach(), before));
    for (const auto& [name, tensor] : optimizer.state())
      EXPECT_TRUE(torch::equal(tensor, state.at(name))) << name;
  }
}

TEST(Optimizer, StateRoundTripContinuesBitForBit) {
  const torch::Tensor weights = parameter({1, 2});
  Optimizer optimizer({{"w", weights}}, {}, alone());
  const auto run = [](Optimizer& o, const torch::Tensor& w, int from, int to) {
    for (int i = from; i < to; ++i) {
      set_gradient(w, {std::cos(i), std::sin(i)});
      o.step(0.01, torch::tensor(1.0F));
    }
  };
  run(optimizer, weights, 0, 5);
  const torch::Tensor copy = weights.detach().clone().set_requires_grad(true);
  Optimizer resumed({{"w", copy}}, {}, alone());
  resumed.load(optimizer.state());
  run(optimizer, weights, 5, 10);
  run(resumed, copy, 5, 10);
  EXPECT_TRUE(torch::equal(weights, copy));
}

TEST(Optimizer, FrozenParametersAreLeftOut) {
  const torch::Tensor frozen = torch::ones({2}, torch::kFloat64), weights = parameter({1});
  Optimizer optimizer({{"frozen", frozen}, {"w", weights}}, {}, alone());
  EXPECT_EQ(optimizer.parameters().size(), 1u);
  EXPECT_EQ(optimizer.state().count("optimizer.mean.frozen"), 0u);
  EXPECT_THROW(Optimizer({{"frozen", frozen}}, {}, alone()), UsageError);
}

TEST(Optimizer, ForeignStateIsRefusedByName) {
  const torch::Tensor weights = parameter({1, 2});
  Optimizer optimizer({{"w", weights}}, {}, alone());
  TensorMap state = optimizer.state();
  state["optimizer.mean.w"] = torch::zeros({3}, torch::kFloat64);
  EXPECT_NE(message_of([&] { optimizer.load(state); }).find("optimizer.mean.w"), std::string::npos);
}

}  // namespace
}  // namespace nmt
