#include "models/packed_product.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <limits>
#include <tuple>
#include <vector>

#include "models/processor.h"
#include "tests/models/small_model.h"

namespace nmt {
namespace {

using testing::max_difference;
using testing::random_batch;

// Each precision against the product in doubles, within what rounding to it may cost.
TEST(PackedProduct, AgreesWithDoublesToItsPrecision) {
  torch::manual_seed(5);
  struct Case {
    WeightPrecision precision;
    double tolerance;  // of a sum of 128 products of standard normal numbers
  };
  for (const auto& [precision, tolerance] :
       {Case{WeightPrecision::kFp32, 1e-4}, Case{WeightPrecision::kBf16, 0.25},
        Case{WeightPrecision::kInt8, 1.0}})
    for (const int64_t rows : {1, 4, 70})
      for (const bool with_bias : {true, false}) {
        const torch::Tensor x = torch::randn({2, rows, 128}), weight = torch::randn({40, 128});
        const torch::Tensor bias = with_bias ? torch::randn({40}) : torch::Tensor();
        const PackedProduct product = pack(weight, bias, precision);
        ASSERT_TRUE(product);
        torch::Tensor expected =
            torch::matmul(x.to(torch::kFloat64), weight.to(torch::kFloat64).t());
        if (with_bias) expected = expected + bias;
        const torch::Tensor found = product(x);
        EXPECT_EQ(found.scalar_type(), torch::kFloat32);
        ASSERT_EQ(found.sizes(), expected.sizes());
        EXPECT_LT(max_difference(found, expected), tolerance) << rows << " rows";
      }
}

// A row's result does not depend on the others, to the last bit: alone, in few, in many; over few
// inputs and over many, to few outputs and to many.
TEST(PackedProduct, ARowIsTheSameInAnyCompany) {
  torch::manual_seed(9);
  for (const WeightPrecision precision :
       {WeightPrecision::kFp32, WeightPrecision::kBf16, WeightPrecision::kInt8})
    for (const int64_t outputs : {96, 2000})
      for (const int64_t inputs : {64, 128, 512, 2048}) {
        const PackedProduct product =
            pack(torch::randn({outputs, inputs}), torch::randn({outputs}), precision);
        const torch::Tensor x = torch::randn({300, inputs}) * torch::rand({300, 1}).exp();
        const torch::Tensor together = product(x);
        for (const int64_t rows : {1, 2, 3, 17, 64, 299})
          EXPECT_TRUE(product(x.narrow(0, 300 - rows, rows).unsqueeze(1))
                          .squeeze(1)
                          .equal(together.narrow(0, 300 - rows, rows)))
              << rows << " rows of " << inputs << " to " << outputs << ", precision "
              << static_cast<int>(precision);
      }
}

// A large row costs the others nothing, and a row of zeros is zero.
TEST(PackedProduct, Int8ScalesEachRow) {
  torch::Tensor x = torch::ones({3, 8});
  x[0] *= 1e-6;
  x[1] *= 1e6;
  x[2] *= 0;
  const torch::Tensor bias = torch::zeros({5});
  const torch::Tensor y = pack(torch::ones({5, 8}), bias, WeightPrecision::kInt8)(x);
  EXPECT_LT(max_difference(y[0] * 1e6, torch::full({5}, 8.0F)), 0.01);
  EXPECT_LT(max_difference(y[1] * 1e-6, torch::full({5}, 8.0F)), 0.01);
  EXPECT_EQ(y[2].abs().max().item<float>(), 0);
}

// An output whose weights are all zero, and one far larger than the others, have scales of their
// own.
TEST(PackedProduct, Int8ScalesEachOutput) {
  torch::Tensor weight = torch::ones({3, 8});
  weight[0].zero_();
  weight[2].fill_(1000);
  const torch::Tensor y = pack(weight, {}, WeightPrecision::kInt8)(torch::ones({2, 8}));
  EXPECT_LT(max_difference(y / torch::tensor({1.0F, 8.0F, 8000.0F}),
                           torch::tensor({0.0F, 1.0F, 1.0F}).expand({2, 3})),
            0.01);
}

// Their scales would overflow: such rows, and those of nothing but zeros, count as zero.
TEST(PackedProduct, Int8TakesRowsNextToZero) {
  torch::Tensor weight = torch::ones({3, 8});
  weight[1].fill_(2e-38);
  weight[2].zero_();
  torch::Tensor x = torch::ones({40, 8});
  x[1].fill_(2e-38);
  x[2].zero_();
  const PackedProduct packed = pack(weight, {}, WeightPrecision::kInt8);
  for (const int64_t rows : {int64_t{4}, int64_t{40}}) {
    const torch::Tensor y = packed(x.narrow(0, 0, rows));
    EXPECT_LT((y - x.narrow(0, 0, rows).matmul(weight.t())).abs().max().item<double>(), 1e-4)
        << rows;
  }
}

// A damaged or diverged model must be told of, not made to look sound.
TEST(PackedProduct, Int8KeepsWhatIsNotFinite) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  torch::Tensor weight = torch::ones({5, 40}), x = torch::ones({40, 40});
  weight[1][39] = kNan;
  x[1][3] = kNan;
  x[2][39] = kInfinity;
  x[3].fill_(kNan);
  const PackedProduct packed = pack(weight, {}, WeightPrecision::kInt8);
  for (const int64_t rows : {int64_t{5}, int64_t{40}}) {
    const torch::Tensor is_bad = packed(x.narrow(0, 0, rows)).isfinite().logical_not();
    for (int64_t r = 0; r < rows; ++r)
      for (int64_t o = 0; o < 5; ++o)
        EXPECT_EQ(is_bad[r][o].item<bool>(), (r >= 1 && r <= 3) || o == 1) << r << " " << o;
  }
}

/// Makes the weights such as `precision` holds exactly: of what packing rounds, activations are
/// left.
void round_weights(Transformer& model, WeightPrecision precision) {
  if (precision == WeightPrecision::kBf16) testing::round_weights_to_bf16(model);
  if (precision != WeightPrecision::kInt8) return;
  for (torch::Tensor& parameter : model->parameters()) {
    const torch::Tensor scale = parameter.abs().amax(-1, /*keepdim=*/true) / 127;
    parameter.copy_((parameter / scale).round() * scale);
  }
}

// A packed model is the model: the same logits, but for three times what rounding costs, and it no
// longer follows its weights.
TEST(PackedProduct, APackedModelGivesTheSameLogits) {
  const double int8 = has_avx512_vnni() ? 0.03 : 0.06;  // without, activations have a bit less
  for (const auto& [precision, tolerance] :
       {std::pair(WeightPrecision::kFp32, 1e-6), std::pair(WeightPrecision::kBf16, 0.015),
        std::pair(WeightPrecision::kInt8, int8)}) {
    Transformer model = testing::small_model(testing::small_options());
    const torch::NoGradGuard no_grad;
    round_weights(model, precision);
    const Batch batch = random_batch({{5, 7}, {3, 6}});
    const auto logits = [&] {
      return model->project(
          model->decode(model->encode(batch.source), batch.target_input, batch.target_mask()));
    };
    const torch::Tensor exact = logits();
    model->to(torch::kFloat32);
    model->pack(precision);
    const torch::Tensor packed = logits();
    EXPECT_LT(testing::relative_error(packed, exact), tolerance);
    for (torch::Tensor& parameter : model->parameters())
      if (parameter.dim() == 2 && parameter.size(0) != model->vocabulary().target_size)
        parameter.zero_();
    EXPECT_TRUE(logits().equal(packed));
  }
}

// Step by step a packed model gives what it gives at once: to fp32's precision where keys and
// values are kept in fp32, else to that of bf16.
TEST(PackedProduct, APackedModelStepsAsItDecodes) {
  const double int8 = has_avx512_vnni() ? 0.01 : 0.03;  // a rounded step of activations is wider
  for (const auto& [precision, type, tolerance] :
       {std::tuple(WeightPrecision::kFp32, torch::kFloat32, 2e-6),
        std::tuple(WeightPrecision::kBf16, torch::kBFloat16, 0.01),
        std::tuple(WeightPrecision::kInt8, torch::kBFloat16, int8)}) {
    Transformer model = testing::small_model(testing::small_options());
    const torch::NoGradGuard no_grad;
    model->to(torch::kFloat32);
    model->pack(precision);
    const Batch batch = random_batch({{5, 7}, {3, 7}});
    const Memory memory = model->encode(batch.source);
    const torch::Tensor expected = model->decode(memory, batch.target_input, batch.target_mask());
    DecoderState state = model->start(memory, 1, 7);
    std::vector<torch::Tensor> steps;
    for (int64_t t = 0; t < 7; ++t)
      steps.push_back(model->step(state, batch.target_input.narrow(1, t, 1)));
    EXPECT_EQ(state.self_entries.scalar_type(), type);
    EXPECT_EQ(state.cross_entries.front().scalar_type(), type);
    EXPECT_LT(testing::relative_error(torch::cat(steps, 1), expected), tolerance)
        << static_cast<int>(precision);
  }
}

}  // namespace
}  // namespace nmt
