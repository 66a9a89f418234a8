#include "models/token_packing.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/models/small_model.h"

namespace nmt {
namespace {

using testing::CountingScale;
using testing::kPad;
using testing::max_difference;
using testing::random_batch;
using testing::random_pairs;
using testing::small_model;

torch::Tensor mask_of(const std::vector<std::vector<int>>& rows) {
  torch::Tensor mask = torch::zeros({std::ssize(rows), std::ssize(rows.front())}, torch::kBool);
  for (size_t row = 0; row < rows.size(); ++row)
    for (size_t column = 0; column < rows[row].size(); ++column)
      mask[static_cast<int64_t>(row)][static_cast<int64_t>(column)] = rows[row][column] != 0;
  return mask;
}

TEST(TokenPacking, LaysRealTokensEndToEnd) {
  const TokenPacking packing(mask_of({{1, 1, 0}, {1, 0, 1}, {1, 1, 1}, {0, 0, 1}}));
  const torch::Tensor x = torch::arange(12, torch::kDouble).view({4, 3, 1});
  const torch::Tensor packed = packing.pack(x);
  EXPECT_TRUE(packed.flatten().equal(torch::tensor({0., 1., 3., 5., 6., 7., 8., 11.})));
  EXPECT_TRUE(packing.unpack(packed).equal(x * packing.unpack(torch::ones_like(packed))));
  EXPECT_TRUE(packing.starts().equal(torch::tensor({0, 2, 4, 7}, torch::kLong)));
  ASSERT_EQ(packing.groups().size(), 3U);
  EXPECT_EQ(packing.groups()[0].rows, 2);
  EXPECT_EQ(packing.groups()[1].first_token, 4);
  EXPECT_EQ(packing.groups()[2].length, 1);
}

TEST(TokenPacking, SpreadsWhatRowsOrPositionsShare) {
  const TokenPacking packing(mask_of({{1, 1}, {1, 0}}));
  EXPECT_TRUE(packing.pack(torch::tensor({{5}, {7}}).unsqueeze(-1))
                  .flatten()
                  .equal(torch::tensor({5, 5, 7})));
  EXPECT_TRUE(packing.pack(torch::tensor({{5, 7}}).unsqueeze(-1))
                  .flatten()
                  .equal(torch::tensor({5, 7, 5})));
}

/// Hears everything and changes nothing.
class Silent : public ActivationListener {
 public:
  torch::Tensor on_activation(const ActivationSite&, const torch::Tensor& h,
                              const SentenceInfo& info) override {
    EXPECT_EQ(info.direction.size(0), h.size(0));
    return h;
  }
};

class WithoutPadding : public ::testing::TestWithParam<testing::Variant> {
 protected:
  void SetUp() override {
    ModelExtensions extensions;
    extensions.attention_scale = std::make_shared<CountingScale>();
    model = small_model(GetParam().options, extensions);
  }
  const torch::NoGradGuard no_grad_;
  Transformer model = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Variants, WithoutPadding, ::testing::ValuesIn(testing::variants()),
                         [](const auto& variant) { return variant.param.name; });

// Layers work on packed rows unless somebody listens: states, and the steps of decoding that start
// from prefixes of unequal length, are the same either way.
TEST_P(WithoutPadding, StatesAndStepsAreThoseOfThePaddedBatch) {
  const Batch batch = random_batch({{5, 4}, {9, 6}, {9, 3}, {2, 6}});
  const auto states_and_steps = [&] {
    const Memory memory = model->encode(batch.source);
    DecoderState state = model->start(memory, 1, 8);
    const torch::Tensor counts = batch.target_lengths;
    const torch::Tensor prefix =
        model->step(state, batch.target_input, counts) * batch.target_mask().unsqueeze(-1);
    state.select(torch::tensor({1, 3}), torch::tensor({1, 3}));
    return std::vector{memory.states, prefix,
                       model->step(state, torch::tensor({{4}, {5}}, torch::kLong))};
  };
  const auto packed = states_and_steps();
  const torch::Tensor real = batch.source.mask().unsqueeze(-1);
  EXPECT_EQ(packed[0].masked_select(~real).abs().max().item<double>(), 0);
  model->sites().listen(std::make_shared<Silent>());
  const auto padded = states_and_steps();
  EXPECT_LT(max_difference(packed[0], padded[0] * real), 1e-12);
  EXPECT_LT(max_difference(packed[1], padded[1]), 1e-12);
  EXPECT_LT(max_difference(packed[2], padded[2]), 1e-12);
}

// To the last bit, once weights are packed.
TEST(WithoutPadding, ASentenceHasTheSameStatesInAnyBatch) {
  TransformerOptions options = testing::small_options();
  options.dim = 64, options.heads = 4, options.feed_forward_dim = 1280;
  const auto pairs = random_pairs({{5, 4}, {17, 6}, {17, 3}, {2, 6}, {1, 1}});
  for (const WeightPrecision precision :
       {WeightPrecision::kFp32, WeightPrecision::kBf16, WeightPrecision::kInt8}) {
    Transformer model = small_model(options);
    model->to(torch::kFloat32);
    model->pack(precision);
    const torch::NoGradGuard no_grad;
    const torch::Tensor together = model->encode(make_source_batch(pairs, kPad)).states;
    for (size_t i = 0; i < pairs.size(); ++i) {
      const torch::Tensor alone = model->encode(make_source_batch({pairs[i]}, kPad)).states[0];
      EXPECT_TRUE(alone.equal(together[static_cast<int64_t>(i)].narrow(0, 0, alone.size(0))))
          << "sentence " << i << ", precision " << static_cast<int>(precision);
    }
  }
}

}  // namespace
}  // namespace nmt
