#include "nmt/decoding/top_k.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>

namespace nmt {
namespace {

constexpr double kMinusInfinity = -std::numeric_limits<double>::infinity();

TEST(TopK, AgreesWithASort) {
  torch::manual_seed(1);
  for (const auto type : {torch::kFloat, torch::kDouble})
    for (const int64_t width : {1, 7, 64, 65, 1000, 8191})
      for (const int64_t k : {1, 2, 10, 50}) {
        const torch::Tensor scores = torch::randn({5, width}, type);
        const auto [values, order] = scores.sort(/*stable=*/true, 1, /*descending=*/true);
        const int64_t n = std::min(k, width);
        for (const TopK& top : {top_k(scores, k), top_k_by_library(scores, k)}) {
          ASSERT_EQ(top.values.sizes(), (std::vector<int64_t>{5, k}));
          EXPECT_TRUE(top.values.slice(1, 0, n).equal(values.slice(1, 0, n)));
          EXPECT_TRUE(top.indices.slice(1, 0, n).equal(order.slice(1, 0, n)));
          EXPECT_TRUE((top.values.slice(1, n) == kMinusInfinity).all().item<bool>());
        }
      }
}

TEST(TopK, OrdersEqualValuesByIndex) {
  torch::manual_seed(2);
  const torch::Tensor scores = torch::randint(0, 4, {20, 300}).to(torch::kFloat);
  const auto [values, order] = scores.sort(/*stable=*/true, 1, /*descending=*/true);
  EXPECT_TRUE(top_k(scores, 12).indices.equal(order.slice(1, 0, 12)));
}

TEST(TopK, TakesRowsThatAreNotContiguous) {
  torch::manual_seed(3);
  const torch::Tensor scores = torch::randn({40, 6}).t();
  EXPECT_TRUE(top_k(scores, 3).indices.equal(top_k(scores.contiguous(), 3).indices));
}

TEST(TopK, NeverChoosesNanOrMinusInfinity) {
  const torch::Tensor scores =
      torch::tensor({std::numeric_limits<double>::quiet_NaN(), kMinusInfinity, 1.0, 2.0})
          .unsqueeze(0);
  const TopK top = top_k(scores, 3);
  EXPECT_TRUE(
      top.values.equal(torch::tensor({2.0, 1.0, kMinusInfinity}, torch::kDouble).unsqueeze(0)));
}

TEST(TopK, TakesNoRows) {
  EXPECT_EQ(top_k(torch::empty({0, 5}), 2).values.size(0), 0);
}

}  // namespace
}  // namespace nmt
