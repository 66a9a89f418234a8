#include "models/token_packing.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/models/direction_mask.h"
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
  EXPECT_TRUE(packing.token_rows().equal(torch::tensor({0, 0, 1, 1, 2, 2, 2, 3}, torch::kLong)));
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
    EXPECT_FALSE(info.token_rows.defined());
    return h;
  }
};

/// Counts how often tokens came laid end to end.
class CountingMask : public testing::PositionWiseDirectionMask {
 public:
  torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                              const SentenceInfo& info) override {
    if (info.token_rows.defined()) {
      ++packed;
      EXPECT_EQ(site.side, ActivationSide::kSource) << site.name;
      EXPECT_EQ(h.size(0), 1) << site.name;
      EXPECT_EQ(h.size(1), info.token_rows.size(0)) << site.name;
      EXPECT_EQ(info.token_rows.size(0), info.source_counts.sum().item<int64_t>()) << site.name;
    } else {
      EXPECT_EQ(info.direction.size(0), h.size(0)) << site.name;
    }
    return DirectionMask::on_activation(site, h, info);
  }
  int packed = 0;
};

class WithoutPadding : public ::testing::TestWithParam<testing::Variant> {
 protected:
  void SetUp() override {
    ModelExtensions extensions;
    extensions.attention_scale = std::make_shared<CountingScale>();
    model = small_model(GetParam().options, extensions);
  }
  /// The encoder's states; those of steps from prefixes of unequal length; of a step after a
  /// sentence has left and beams have opened.
  std::vector<torch::Tensor> states_and_steps(const Batch& batch) {
    const Memory memory = model->encode(batch.source);
    DecoderState state = model->start(memory, 1, 8);
    const torch::Tensor prefix = model->step(state, batch.target_input, batch.target_lengths) *
                                 batch.target_mask().unsqueeze(-1);
    state.select(torch::tensor({1, 1, 3, 3}), torch::tensor({1, 3}));
    return {memory.states, prefix,
            model->step(state, torch::tensor({{4}, {6}, {5}, {4}}, torch::kLong))};
  }
  void expect_equal_but_for_padding(const std::vector<torch::Tensor>& packed,
                                    const std::vector<torch::Tensor>& padded,
                                    const torch::Tensor& real) {
    EXPECT_EQ(packed[0].masked_select(~real).abs().max().item<double>(), 0);
    EXPECT_LT(max_difference(packed[0], padded[0] * real), 1e-12);
    EXPECT_LT(max_difference(packed[1], padded[1]), 1e-12);
    EXPECT_LT(max_difference(packed[2], padded[2]), 1e-12);
  }
  const torch::NoGradGuard no_grad_;
  Transformer model = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Variants, WithoutPadding, ::testing::ValuesIn(testing::variants()),
                         [](const auto& variant) { return variant.param.name; });

// Layers work on packed rows unless a listener needs rows: states, and the steps of decoding, are
// the same either way.
TEST_P(WithoutPadding, StatesAndStepsAreThoseOfThePaddedBatch) {
  const Batch batch = random_batch({{5, 4}, {9, 6}, {9, 3}, {2, 6}});
  const auto packed = states_and_steps(batch);
  model->sites().listen(std::make_shared<Silent>());
  expect_equal_but_for_padding(packed, states_and_steps(batch), batch.source.mask().unsqueeze(-1));
}

TEST_P(WithoutPadding, APositionWiseListenerHearsTokensAloneAndDoesTheSame) {
  const Batch batch = random_batch({{5, 4}, {9, 6}, {9, 3}, {2, 6}});
  const auto plain = states_and_steps(batch);
  const auto position_wise = std::make_shared<CountingMask>();
  model->sites().listen(position_wise);
  const auto packed = states_and_steps(batch);
  EXPECT_EQ(position_wise->packed, 2 * 4 + 2);  // of the encoder's layers, and the memory's keys
  model->sites().forget(position_wise);
  const auto by_rows = std::make_shared<testing::DirectionMask>();
  model->sites().listen(by_rows);
  expect_equal_but_for_padding(packed, states_and_steps(batch), batch.source.mask().unsqueeze(-1));
  // One that needs rows gets them, and so do all.
  model->sites().listen(position_wise);
  position_wise->packed = 0;
  states_and_steps(batch);
  EXPECT_EQ(position_wise->packed, 0);
  for (size_t i = 0; i < plain.size(); ++i) EXPECT_GT(max_difference(plain[i], packed[i]), 1e-3);
}

/// A method's layer, of each position by itself or not.
class Doubling : public FeedForwardLayer {
 public:
  explicit Doubling(bool position_wise) : position_wise_(position_wise) {}
  torch::Tensor forward(const torch::Tensor& x, const SentenceInfo& info) override {
    packed += info.token_rows.defined();
    return x * info.at_positions(info.direction + 1).unsqueeze(-1);
  }
  bool position_wise() const override { return position_wise_; }
  int packed = 0;

 private:
  bool position_wise_;
};

TEST(WithoutPadding, AMethodsLayerHasRowsUnlessItIsPositionWise) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch({{5, 4}, {9, 6}, {2, 3}});
  std::vector<torch::Tensor> states;
  for (const bool position_wise : {false, true}) {
    std::vector<std::shared_ptr<Doubling>> layers;
    ModelExtensions extensions;
    extensions.feed_forward =
        [&](const LayerContext& context) -> std::shared_ptr<FeedForwardLayer> {
      if (context.name != "encoder.1") return nullptr;
      return layers.emplace_back(std::make_shared<Doubling>(position_wise));
    };
    Transformer model = small_model(testing::small_options(), extensions);
    states.push_back(model->encode(batch.source).states * batch.source.mask().unsqueeze(-1));
    ASSERT_EQ(layers.size(), 1U);
    EXPECT_EQ(layers[0]->packed, position_wise ? 1 : 0);
  }
  EXPECT_LT(max_difference(states[0], states[1]), 1e-12);
}

// To the last bit, once weights are packed.
TEST(WithoutPadding, ASentenceHasTheSameStatesInAnyBatch) {
  TransformerOptions options = testing::small_options();
  options.dim = 64, options.heads = 4, options.feed_forward_dim = 1280;
  const auto pairs = random_pairs({{5, 4}, {17, 6}, {17, 3}, {2, 6}, {1, 1}});
  for (const auto& [precision, masked] :
       {std::pair(WeightPrecision::kFp32, false), std::pair(WeightPrecision::kBf16, false),
        std::pair(WeightPrecision::kInt8, false), std::pair(WeightPrecision::kFp32, true),
        std::pair(WeightPrecision::kInt8, true)}) {
    Transformer model = small_model(options);
    model->to(torch::kFloat32);
    model->pack(precision);
    if (masked) model->sites().listen(std::make_shared<testing::PositionWiseDirectionMask>());
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
