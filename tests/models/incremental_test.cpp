#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/models/direction_mask.h"
#include "tests/models/small_model.h"

// Incremental decoding must give what teacher forcing gives at the same positions, whatever happens
// to the rows meanwhile.

namespace nmt {
namespace {

using testing::CountingScale;
using testing::max_difference;
using testing::random_batch;
using testing::small_model;

constexpr double kTolerance = 1e-12;

/// Replaces activations by values that depend on the row's direction.
class DirectionListener : public testing::DirectionMask {
 public:
  torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                              const SentenceInfo& info) override {
    heard.push_back(site.name);
    EXPECT_EQ(info.direction.size(0), h.size(0)) << site.name;
    return DirectionMask::on_activation(site, h, info);
  }
  std::vector<std::string> heard;
};

class Incremental : public ::testing::TestWithParam<testing::Variant> {
 protected:
  void SetUp() override {
    ModelExtensions extensions;
    extensions.attention_scale = std::make_shared<CountingScale>();
    model = small_model(GetParam().options, extensions);
    model->sites().listen(std::make_shared<DirectionListener>());
  }
  torch::Tensor forced(const Batch& batch) {
    return model->decode(model->encode(batch.source), batch.target_input, batch.target_mask());
  }
  const torch::NoGradGuard no_grad_;
  Transformer model = nullptr;
};

INSTANTIATE_TEST_SUITE_P(Variants, Incremental, ::testing::ValuesIn(testing::variants()),
                         [](const auto& variant) { return variant.param.name; });

TEST_P(Incremental, StepByStepEqualsTeacherForcing) {
  const Batch batch = random_batch({{5, 7}, {3, 7}, {8, 7}});
  const torch::Tensor expected = forced(batch);
  DecoderState state = model->start(model->encode(batch.source), 1, 10);
  for (int64_t t = 0; t < 7; ++t) {
    const torch::Tensor hidden = model->step(state, batch.target_input.narrow(1, t, 1));
    EXPECT_LT(max_difference(hidden, expected.narrow(1, t, 1)), kTolerance) << "at " << t;
  }
  EXPECT_EQ(state.length, 7);
  EXPECT_FALSE(state.lengths.defined());
}

TEST_P(Incremental, SeveralTokensAtOnceEqualTeacherForcing) {
  const Batch batch = random_batch({{5, 9}, {3, 9}});
  const torch::Tensor expected = forced(batch);
  DecoderState state = model->start(model->encode(batch.source), 1, 9);
  int64_t t = 0;
  for (const int64_t n : {4, 1, 3, 1}) {
    const torch::Tensor hidden = model->step(state, batch.target_input.narrow(1, t, n));
    EXPECT_LT(max_difference(hidden, expected.narrow(1, t, n)), kTolerance) << "at " << t;
    t += n;
  }
}

// Prefixes of 4, 1 and 6 tokens are fed in one pass, padded on the right; then every row goes on at
// its own position, first with beam 1, then as 2 hypotheses, while sentences leave.
TEST_P(Incremental, UnevenPrefixesSelectionAndBeamEqualTeacherForcing) {
  const Batch batch = random_batch({{5, 10}, {3, 10}, {8, 10}});
  const torch::Tensor expected = forced(batch);
  const torch::Tensor prefix = torch::tensor({4, 1, 6}, torch::kInt64);
  DecoderState state = model->start(model->encode(batch.source), 1, 10);
  const torch::Tensor filled = model->step(state, batch.target_input.narrow(1, 0, 6), prefix);
  for (int64_t row = 0; row < 3; ++row) {
    const int64_t n = prefix[row].item<int64_t>();
    EXPECT_LT(max_difference(filled[row].narrow(0, 0, n), expected[row].narrow(0, 0, n)),
              kTolerance);
  }
  std::vector<int64_t> at = {4, 1, 6}, sentence = {0, 1, 2};
  const auto feed = [&] {
    torch::Tensor tokens = torch::empty({static_cast<int64_t>(at.size()), 1}, torch::kInt64);
    for (size_t row = 0; row < at.size(); ++row)
      tokens[static_cast<int64_t>(row)][0] = batch.target_input[sentence[row]][at[row]];
    const torch::Tensor hidden = model->step(state, tokens);
    for (size_t row = 0; row < at.size(); ++row) {
      const torch::Tensor target = expected[sentence[row]][at[row]];
      EXPECT_LT(max_difference(hidden[static_cast<int64_t>(row)][0], target), kTolerance)
          << "row " << row << " at " << at[row];
      ++at[row];
    }
  };
  feed();
  // Two hypotheses a sentence.
  state.select(torch::tensor({0, 0, 1, 1, 2, 2}, torch::kInt64));
  at = {5, 5, 2, 2, 7, 7}, sentence = {0, 0, 1, 1, 2, 2};
  EXPECT_EQ(state.beam, 2);
  EXPECT_EQ(state.rows(), 6);
  feed();
  // Sentence 1 leaves; the others change places.
  state.select(torch::tensor({5, 4, 1, 0}, torch::kInt64), torch::tensor({2, 0}, torch::kInt64));
  at = {8, 8, 6, 6}, sentence = {2, 2, 0, 0};
  EXPECT_EQ(state.sentences(), 2);
  feed();
  // Sentence 2 leaves.
  state.select(torch::tensor({3, 2}, torch::kInt64), torch::tensor({1}, torch::kInt64));
  at = {7, 7}, sentence = {0, 0};
  feed();
}

// The two hypotheses of a sentence go different ways, then one takes the other's place.
TEST_P(Incremental, BeamReorderEqualsTeacherForcing) {
  const Batch source = random_batch({{5, 6}, {3, 6}});
  Batch left = random_batch({{5, 6}, {3, 6}}, 2), right = random_batch({{5, 6}, {3, 6}}, 3);
  left.source = right.source = source.source;
  DecoderState state = model->start(model->encode(source.source), 2, 8);
  for (int64_t t = 0; t < 3; ++t)
    model->step(state,
                torch::stack({left.target_input.select(1, t), right.target_input.select(1, t)}, 1)
                    .flatten()
                    .unsqueeze(1));
  // Sentence 0 keeps its right hypothesis twice, sentence 1 swaps.
  state.select(torch::tensor({1, 1, 3, 2}, torch::kInt64));
  Batch mixed = right;
  mixed.target_input.slice(1, 3).copy_(left.target_input.slice(1, 3));
  const torch::Tensor right_then_left = forced(mixed);
  const torch::Tensor hidden = model->step(
      state, torch::stack({left.target_input.select(1, 3), left.target_input.select(1, 3)}, 1)
                 .flatten()
                 .unsqueeze(1));
  EXPECT_LT(max_difference(hidden[0][0], right_then_left[0][3]), kTolerance);
  EXPECT_LT(max_difference(hidden[1][0], right_then_left[0][3]), kTolerance);
  EXPECT_LT(max_difference(hidden[2][0], right_then_left[1][3]), kTolerance);
}

TEST_P(Incremental, RowsMayMultiplyBeforeTheFirstStep) {
  const Batch batch = random_batch({{5, 4}, {3, 4}});
  const torch::Tensor expected = forced(batch);
  DecoderState state = model->start(model->encode(batch.source), 1, 4);
  state.select(torch::tensor({1, 1, 0, 0}, torch::kInt64), torch::tensor({1, 0}, torch::kInt64));
  for (int64_t t = 0; t < 4; ++t) {
    const torch::Tensor next = batch.target_input.narrow(1, t, 1);
    const torch::Tensor hidden =
        model->step(state, next.index_select(0, torch::tensor({1, 1, 0, 0}, torch::kInt64)));
    EXPECT_LT(max_difference(hidden[0][0], expected[1][t]), kTolerance);
    EXPECT_LT(max_difference(hidden[3][0], expected[0][t]), kTolerance);
  }
}

TEST_P(Incremental, RefusesToOutgrowTheCache) {
  const Batch batch = random_batch({{5, 4}});
  DecoderState state = model->start(model->encode(batch.source), 1, 2);
  model->step(state, batch.target_input.narrow(1, 0, 2));
  EXPECT_THROW(model->step(state, batch.target_input.narrow(1, 2, 1)), Error);
}

}  // namespace
}  // namespace nmt
