#include "models/dropout.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>

#include "models/dropout_kernel.h"
#include "models/threefry.h"
#include "tests/models/small_model.h"

namespace nmt {
namespace {

using testing::max_difference;

// The known answers that its authors publish with their Random123 library.
TEST(Threefry, GivesTheKnownAnswers) {
  struct Answer {
    uint64_t key, counter;
    uint32_t low, high;
  };
  for (const Answer& known :
       {Answer{0, 0, 0x6b200159, 0x99ba4efe}, Answer{~0ULL, ~0ULL, 0x1cb996fc, 0xbb002be7},
        Answer{0x0370734413198a2e, 0x85a308d3243f6a88, 0xc4923a9c, 0x483df7a0}}) {
    for (const uint64_t lane : {0, 5, 31}) {
      Threefry::Block block;
      Threefry(known.key).fill(known.counter - lane, block);
      EXPECT_EQ(block[0][lane], known.low);
      EXPECT_EQ(block[1][lane], known.high);
    }
  }
}

TEST(Threefry, GivesOneCounterWhatItGivesABlock) {
  const Threefry generator(0x1234'5678'9abc'def0);
  const uint64_t first = 0xffff'fff0;  // the counter's upper word changes within
  Threefry::Block block;
  generator.fill(first, block);
  for (uint64_t lane = 0; lane < Threefry::kLanes; ++lane) {
    const Threefry::Words words = generator.words(first + lane);
    EXPECT_EQ(words.low, block[0][lane]);
    EXPECT_EQ(words.high, block[1][lane]);
  }
}

/// The kernel's definition, an element at a time: places are dealt in blocks of 128, 16 bits each.
torch::Tensor plain_dropout(const torch::Tensor& y, DropoutDraw draw) {
  torch::Tensor out = torch::zeros_like(y, torch::kFloat64);
  const torch::Tensor values = y.to(torch::kFloat64).contiguous();
  auto* result = out.mutable_data_ptr<double>();
  Threefry::Block bits;
  for (int64_t i = 0; i < y.numel(); ++i) {
    const int64_t part = i % 128 / 32;
    Threefry(draw.key).fill(static_cast<uint64_t>(i / 128 * 32 + i % 32), bits);
    const uint32_t word = bits[static_cast<size_t>(part % 2)][0];
    if ((part < 2 ? word & 0xFFFF : word >> 16) >= draw.threshold)
      result[i] = values.const_data_ptr<double>()[i] * 65536 / (65536 - draw.threshold);
  }
  return out;
}

/// The types that it promises to serve.
constexpr std::pair<torch::ScalarType, torch::ScalarType> kServed[] = {
    {torch::kFloat64, torch::kFloat64},
    {torch::kFloat32, torch::kFloat32},
    {torch::kFloat32, torch::kBFloat16},
    {torch::kBFloat16, torch::kFloat32},
    {torch::kBFloat16, torch::kBFloat16}};

TEST(Dropout, ServesTheseTypesAndNoOthers) {
  for (const auto from : {torch::kFloat64, torch::kFloat32, torch::kBFloat16, torch::kFloat16})
    for (const auto to : {torch::kFloat64, torch::kFloat32, torch::kBFloat16, torch::kFloat16}) {
      const torch::Tensor x = torch::empty({1}, to), y = torch::empty({1}, from);
      const bool served = std::ranges::count(kServed, std::pair(from, to)) > 0;
      EXPECT_EQ(has_dropout_kernel({}, y, to), served) << from << " " << to;
      EXPECT_EQ(has_dropout_kernel(x, y, to), served) << from << " " << to;
    }
}

TEST(Dropout, AddsWhatAPlainLoopKeeps) {
  const DropoutDraw draw{.key = 77, .threshold = 20000};
  for (const auto& [from, to] : kServed)
    for (const int64_t size : {0, 1, 15, 16, 127, 128, 129, 100'003}) {
      const torch::Tensor y = torch::randn({size}).to(from), x = torch::randn({size}).to(to);
      const double tolerance = to == torch::kBFloat16 ? 5e-2 : to == torch::kFloat32 ? 2e-6 : 1e-14;
      const torch::Tensor expected = plain_dropout(y, draw);
      const torch::Tensor dropped = add_dropped({}, y, draw, to);
      const torch::Tensor sum = add_dropped(x, y, draw, to);
      EXPECT_EQ(dropped.scalar_type(), to);
      EXPECT_TRUE(torch::equal(dropped == 0, expected == 0)) << from << " " << to << " " << size;
      EXPECT_LE(max_difference(dropped, expected), tolerance);
      EXPECT_LE(max_difference(sum, x.to(torch::kFloat64) + expected), tolerance);
    }
}

TEST(Dropout, KeepsTheSameOnAGpu) {
  if (!torch::cuda::is_available()) GTEST_SKIP() << "no GPU here";
  const auto on_gpu = [](const torch::Tensor& t) { return t.to(torch::kCUDA); };
  if (!has_dropout_kernel({}, on_gpu(torch::ones({1})), torch::kFloat32))
    GTEST_SKIP() << "built without nvcc";
  const DropoutDraw draw{.key = 77, .threshold = 20000};
  for (const auto& [from, to] : kServed)
    for (const int64_t size : {0, 1, 127, 128, 129, 100'003}) {
      const torch::Tensor y = torch::randn({size}).to(from), x = torch::randn({size}).to(to);
      ASSERT_TRUE(has_dropout_kernel(on_gpu(x), on_gpu(y), to)) << from << " " << to;
      EXPECT_TRUE(
          torch::equal(add_dropped({}, on_gpu(y), draw, to).cpu(), add_dropped({}, y, draw, to)));
      // A GPU may join product and sum in one rounding.
      EXPECT_LE(max_difference(add_dropped(on_gpu(x), on_gpu(y), draw, to).cpu(),
                               add_dropped(x, y, draw, to)),
                to == torch::kBFloat16 ? 4e-2 : 1e-6);
    }
}

TEST(Dropout, ZeroesThatShareAndKeepsTheExpectation) {
  torch::manual_seed(1);
  Dropout dropout(0.3);
  const torch::Tensor y = dropout->forward(torch::ones({1'000'000}));
  EXPECT_NEAR((y == 0).to(torch::kFloat64).mean().item<double>(), 0.3, 0.002);
  EXPECT_NEAR(y.mean().item<double>(), 1, 0.003);
  // Neighbours are independent: both zero in 9 % of pairs, for near and far ones.
  const torch::Tensor zero = (y == 0).to(torch::kFloat64);
  for (const int64_t shift : {1, 16, 64, 128})
    EXPECT_NEAR((zero.slice(0, shift) * zero.slice(0, 0, -shift)).mean().item<double>(), 0.09,
                0.002);
}

TEST(Dropout, DrawsAnewAtEachCallAndTheSameFromTheSameSeed) {
  Dropout dropout(0.5);
  const torch::Tensor x = torch::ones({1000});
  torch::manual_seed(3);
  const torch::Tensor first = dropout->forward(x), second = dropout->forward(x);
  torch::manual_seed(3);
  EXPECT_TRUE(torch::equal(dropout->forward(x), first));
  EXPECT_FALSE(torch::equal(first, second));
}

TEST(Dropout, DoesNotDependOnTheNumberOfThreads) {
  const torch::Tensor y = torch::randn({1 << 20});
  const DropoutDraw draw{.key = 5, .threshold = 6554};
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const torch::Tensor alone = add_dropped({}, y, draw, torch::kFloat32);
  at::set_num_threads(2);
  EXPECT_TRUE(torch::equal(add_dropped({}, y, draw, torch::kFloat32), alone));
  at::set_num_threads(threads);
}

// Compiled without OpenMP, at::parallel_for would do all of it in one.
TEST(Dropout, UsesTheThreadsThereAre) {
  const auto threads = [] {
    std::set<std::string> ids;
    for (const auto& thread : std::filesystem::directory_iterator("/proc/self/task"))
      ids.insert(thread.path().filename());
    return ids;
  };
  std::thread([&] {
    at::set_num_threads(3);  // this thread's own, which live as long as it does
    const torch::Tensor y = torch::empty({1 << 20});
    const std::set<std::string> before = threads();
    add_dropped({}, y, {.key = 5, .threshold = 6554}, torch::kFloat32);
    // Those of earlier tests may end meanwhile.
    EXPECT_GE(std::ranges::count_if(threads(),
                                    [&](const std::string& id) { return !before.contains(id); }),
              2);
  }).join();
}

TEST(Dropout, GradientsAreThoseOfTheKeptElements) {
  Dropout dropout(0.25);
  for (const auto type : {torch::kFloat64, torch::kFloat32, torch::kBFloat16}) {
    const auto residual_type = type == torch::kBFloat16 ? torch::kFloat32 : type;
    const torch::Tensor x = torch::randn({7, 33}).to(residual_type).requires_grad_();
    const torch::Tensor y = torch::ones({33, 7}, type).t().detach().requires_grad_();
    const torch::Tensor sum = dropout->add(x, y);  // y is not contiguous
    const torch::Tensor factor = (sum - x).detach();
    const torch::Tensor outer = torch::randn({7, 33}).to(residual_type);
    sum.backward(outer);
    EXPECT_TRUE(torch::equal(x.grad(), outer));
    EXPECT_EQ(y.grad().scalar_type(), type);
    EXPECT_LT(max_difference(y.grad(), outer * factor), type == torch::kBFloat16 ? 3e-2 : 1e-5);
  }
}

TEST(Dropout, SecondDerivativesAreThere) {
  torch::manual_seed(2);
  Dropout dropout(0.25);
  const torch::Tensor y = torch::randn({50}, torch::kFloat64).requires_grad_();
  const torch::Tensor dropped = dropout->forward(y);
  const auto first = torch::autograd::grad({dropped.pow(2).sum()}, {y}, {}, true, true);
  const auto second = torch::autograd::grad({first[0].sum()}, {y});
  const torch::Tensor expected = (dropped != 0).to(torch::kFloat64) * (2 / (0.75 * 0.75));
  EXPECT_LT(max_difference(second[0], expected), 1e-12);
}

TEST(Dropout, IsTheIdentityOutsideTrainingAndAtZero) {
  const torch::Tensor x = torch::randn({5}), y = torch::randn({5});
  Dropout none(0.0), dropout(0.5);
  dropout->eval();
  for (const Dropout& d : {none, dropout}) {
    EXPECT_TRUE(torch::equal(d->forward(y), y));
    EXPECT_TRUE(torch::equal(d->add(x, y), x + y));
  }
}

// Whole vectors go; those that stay are what they were, not larger by what is gone.
TEST(Dropout, OfWordsTakesWholeVectorsAndLeavesTheOthers) {
  torch::manual_seed(4);
  const torch::Tensor x = torch::randn({100, 200, 8}) + 3;
  const torch::Tensor y = drop_words(x, 0.2);
  const torch::Tensor is_gone = (y == 0).all(-1), is_kept = (y == x).all(-1);
  EXPECT_TRUE(is_gone.logical_xor(is_kept).all().item<bool>());
  EXPECT_NEAR(is_gone.to(torch::kFloat64).mean().item<double>(), 0.2, 0.015);
  EXPECT_TRUE(torch::equal(drop_words(x, 0), x));
}

}  // namespace
}  // namespace nmt
