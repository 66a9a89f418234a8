#include "modules/length_bias/attention_scale.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "tests/models/small_model.h"
#include "tests/temporary_folder.h"

namespace nmt::length_bias {
namespace {

using nmt::testing::max_difference;
using nmt::testing::random_batch;
using nmt::testing::random_pairs;
using nmt::testing::small_model;
using nmt::testing::small_options;

const std::vector<std::string> kAllSites{"enc", "dec", "crs"};

std::shared_ptr<LengthNormalisedScale> scale(double source, double target,
                                             const std::vector<std::string>& sites = kAllSites) {
  auto made = std::make_shared<LengthNormalisedScale>(sites);
  made->set_reference({source, target});
  return made;
}

Transformer model_with(std::shared_ptr<AttentionScale> attention_scale,
                       const TransformerOptions& options = small_options()) {
  ModelExtensions extensions;
  extensions.attention_scale = std::move(attention_scale);
  return small_model(options, extensions);
}

TEST(AttentionFactor, IsExactlyOneAtTheReferenceLength) {
  for (int64_t n = 2; n <= 8192; ++n)
    ASSERT_EQ(attention_factor(torch::tensor({n}), static_cast<double>(n)).item<float>(), 1.0F)
        << n;
}

TEST(AttentionFactor, HasTheValuesOfTheSpecification) {
  const auto factor = [](int64_t n, double reference) {
    return attention_factor(torch::tensor({n}), reference).item<double>();
  };
  const std::vector<std::pair<int64_t, double>> source{{16, .5},      {64, .75},    {128, .875},
                                                       {256, 1},      {512, 1.125}, {1024, 1.25},
                                                       {2048, 1.375}, {4096, 1.5}};
  for (const auto& [n, expected] : source) EXPECT_NEAR(factor(n, 256), expected, 1e-6) << n;
  const std::vector<std::pair<int64_t, double>> target{
      {1, .0211}, {2, .146}, {10, .485}, {58, .856}, {115, 1}, {230, 1.146}, {512, 1.315}};
  for (const auto& [n, expected] : target) EXPECT_NEAR(factor(n, 115), expected, 5e-4) << n;
}

struct Attention {
  double entropy, target_mass;
};

/// Attention over n keys with these logits, in fp32, with λ(n) for n0 = 256 or without.
Attention attend(const torch::Tensor& logits, bool normalised) {
  const torch::Tensor factor =
      normalised ? attention_factor(torch::tensor({logits.size(0)}), 256) : torch::ones({1});
  const torch::Tensor p = torch::softmax(logits * factor, 0);
  return {-(p * p.log()).sum().item<double>(), p[0].item<double>()};
}

TEST(AttentionFactor, KeepsTheMassOnTheRelevantKey) {
  struct Row {
    int64_t n;
    double plain_entropy, plain_mass, entropy, mass;
  };
  // Table (A) of the specification, section 3b.
  for (const Row& row : std::vector<Row>{{64, 1.3151, .8025, 2.7484, .5039},
                                         {256, 3.4584, .5010, 3.4584, .5010},
                                         {512, 4.7917, .3338, 3.8083, .5005},
                                         {1024, 6.0439, .2002, 4.1567, .5002},
                                         {2048, 7.1256, .1112, 4.5043, .5001},
                                         {4096, 8.0519, .0588, 4.8514, .5001}}) {
    torch::Tensor logits = torch::zeros({row.n}, torch::kFloat32);
    logits[0] = std::log(256.0);
    const Attention plain = attend(logits, false), normalised = attend(logits, true);
    EXPECT_NEAR(plain.entropy, row.plain_entropy, 1e-3);
    EXPECT_NEAR(plain.target_mass, row.plain_mass, 1e-3);
    EXPECT_NEAR(normalised.entropy, row.entropy, 1e-3);
    EXPECT_GT(normalised.target_mass, .4995);
    EXPECT_LT(normalised.target_mass, .5045);
  }
}

TEST(AttentionFactor, KeepsTheEntropyOfGaussianLogits) {
  std::map<int64_t, Attention> plain, normalised;
  // Table (B).
  const std::map<int64_t, std::pair<double, double>> expected{
      {64, {1.6988, 2.3929}},   {256, {2.5394, 2.5394}},  {512, {2.9987, 2.5412}},
      {1024, {3.4838, 2.5096}}, {2048, {3.9940, 2.4534}}, {4096, {4.5284, 2.3802}}};
  for (const auto& [n, entropies] : expected) {
    const torch::Tensor u = (torch::arange(1, n + 1, torch::kFloat64) - 0.5) / n;
    const torch::Tensor logits =
        (3 * std::sqrt(2.0) * torch::erfinv(2 * u - 1)).to(torch::kFloat32);
    plain[n] = attend(logits, false), normalised[n] = attend(logits, true);
    EXPECT_NEAR(plain[n].entropy, entropies.first, 1e-3);
    EXPECT_NEAR(normalised[n].entropy, entropies.second, 1e-3);
  }
  EXPECT_LT(std::abs(normalised[4096].entropy - normalised[256].entropy), 0.2);
  EXPECT_GT(plain[4096].entropy - plain[256].entropy, 1.9);
}

TEST(LengthNormalisedScale, LeavesAttentionAloneAtTheReferenceLength) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch({{9, 7}, {9, 7}});
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16}) {
    Transformer plain = model_with(nullptr), normalised = model_with(scale(9, 100, {"enc", "crs"}));
    plain->to(type), normalised->to(type);
    EXPECT_TRUE(
        torch::equal(plain->decode(plain->encode(batch.source), batch.target_input, {}),
                     normalised->decode(normalised->encode(batch.source), batch.target_input, {})));
  }
}

TEST(LengthNormalisedScale, ChangesTheSitesThatAreNamed) {
  const torch::NoGradGuard no_grad;
  const Batch batch = random_batch({{5, 7}, {9, 6}});
  const auto hidden = [&](const std::vector<std::string>& sites) {
    Transformer model = model_with(scale(30, 30, sites));
    return model->decode(model->encode(batch.source), batch.target_input, {});
  };
  const torch::Tensor plain = hidden({});
  std::vector<torch::Tensor> changed;
  for (const std::string& site : kAllSites) {
    changed.push_back(hidden({site}));
    EXPECT_GT(max_difference(changed.back(), plain), 1e-3) << site;
  }
  EXPECT_GT(max_difference(changed[0], changed[2]), 1e-3);
  EXPECT_GT(max_difference(changed[1], changed[2]), 1e-3);
}

/// In the decoder each query has a count of its own: only the one at the reference length is left
/// alone, and only a first layer's, since those above see what changed elsewhere.
TEST(LengthNormalisedScale, LeavesTheDecodersQueryAtTheReferenceLengthAlone) {
  const torch::NoGradGuard no_grad;
  TransformerOptions options = small_options();
  options.decoder_layers = 1;
  const Batch batch = random_batch({{9, 7}, {9, 7}});
  for (const torch::ScalarType type : {torch::kFloat32, torch::kBFloat16}) {
    Transformer plain = model_with(nullptr, options),
                normalised = model_with(scale(100, 5, {"dec"}), options);
    plain->to(type), normalised->to(type);
    const torch::Tensor expected =
        plain->decode(plain->encode(batch.source), batch.target_input, {});
    const torch::Tensor hidden =
        normalised->decode(normalised->encode(batch.source), batch.target_input, {});
    for (int64_t t = 1; t <= 7; ++t)
      EXPECT_EQ(torch::equal(hidden.select(1, t - 1), expected.select(1, t - 1)), t == 5 || t == 1)
          << t;  // the first query has one key, whatever its factor
  }
}

/// Step by step, with rows of unequal source and target lengths that change places on the way.
class StepByStep : public ::testing::TestWithParam<std::pair<torch::ScalarType, double>> {};

TEST_P(StepByStep, GivesTheLogitsOfTeacherForcing) {
  const auto [type, tolerance] = GetParam();
  const torch::NoGradGuard no_grad;
  constexpr double kReference = 6;
  const int64_t steps = 4 * static_cast<int64_t>(kReference);
  Transformer model = model_with(scale(kReference, kReference));
  model->to(type);
  const Batch batch = random_batch({{5, steps}, {3, steps}, {13, steps}});
  const torch::Tensor expected =
      model->project(model->decode(model->encode(batch.source), batch.target_input, {}));
  const double largest = std::max(1.0, expected.abs().max().item<double>());
  DecoderState state = model->start(model->encode(batch.source), 1, steps);
  torch::Tensor order = torch::arange(3);
  for (int64_t t = 0; t < steps; ++t) {
    const torch::Tensor input = batch.target_input.index_select(0, order).narrow(1, t, 1);
    const torch::Tensor logits = model->project(model->step(state, input));
    EXPECT_LT(max_difference(logits, expected.index_select(0, order).narrow(1, t, 1)),
              tolerance * largest)
        << t;
    if (t % 5 == 4) {
      const torch::Tensor turned = torch::tensor({2, 0, 1});
      state.select(turned, turned);
      order = order.index_select(0, turned);
    }
  }
}

// Property 3 of the specification, relative to the largest logit.
INSTANTIATE_TEST_SUITE_P(Types, StepByStep,
                         ::testing::Values(std::pair{torch::kFloat64, 1e-12},
                                           std::pair{torch::kFloat32, 5e-6},
                                           std::pair{torch::kBFloat16, 3e-2}),
                         [](const auto& of) { return c10::toString(of.param.first); });

TEST(LengthNormalisedScale, WouldNoticeTheWrongCount) {
  // With the total length in place of the query's own position, teacher forcing and decoding part.
  class TotalLength : public AttentionScale {
   public:
    torch::Tensor scale(AttentionKind kind, const torch::Tensor&,
                        const torch::Tensor& positions) override {
      if (kind != AttentionKind::kDecoderSelf) return {};
      return attention_factor(torch::full_like(positions, positions.size(1)), 6);
    }
  };
  const torch::NoGradGuard no_grad;
  Transformer model = model_with(std::make_shared<TotalLength>());
  const Batch batch = random_batch({{5, 12}});
  const torch::Tensor expected = model->decode(model->encode(batch.source), batch.target_input, {});
  DecoderState state = model->start(model->encode(batch.source), 1, 12);
  double difference = 0;
  for (int64_t t = 0; t < 12; ++t)
    difference =
        std::max(difference, max_difference(model->step(state, batch.target_input.narrow(1, t, 1)),
                                            expected.narrow(1, t, 1)));
  EXPECT_GT(difference, 0.1);
}

TEST(LengthNormalisedScale, DoesNotDependOnPaddingAndMates) {
  const torch::NoGradGuard no_grad;
  Transformer model = model_with(scale(6, 6));
  const std::vector<std::pair<int64_t, int64_t>> lengths{{4, 6}, {12, 15}, {7, 3}};
  const auto pairs = random_pairs(lengths);
  const Batch together = make_batch(pairs, testing::kPad, testing::kBos);
  const torch::Tensor hidden =
      model->decode(model->encode(together.source), together.target_input, together.target_mask());
  for (size_t i = 0; i < pairs.size(); ++i) {
    const Batch alone = make_batch({pairs[i]}, testing::kPad, testing::kBos);
    const torch::Tensor own =
        model->decode(model->encode(alone.source), alone.target_input, alone.target_mask());
    EXPECT_LT(max_difference(own[0], hidden[static_cast<int64_t>(i)].narrow(0, 0, own.size(1))),
              1e-12);
  }
}

TEST(LengthNormalisedScale, GradientsAreThoseOfFiniteDifferences) {
  Transformer model = model_with(scale(6, 6));
  const Batch batch = random_batch({{4, 5}, {9, 8}});
  const auto loss = [&] {
    return model->decode(model->encode(batch.source), batch.target_input, batch.target_mask())
        .square()
        .sum();
  };
  loss().backward();
  const torch::NoGradGuard no_grad;
  for (const char* name :
       {"encoder.layers.0.self_attention.qkv.weight", "decoder.layers.1.self_attention.qkv.weight",
        "decoder.layers.0.cross_attention.q.weight"}) {
    torch::Tensor weight = model->named_parameters()[name];
    for (const int64_t index : {0, 17, 101}) {
      torch::Tensor element = weight.view(-1)[index];
      const double before = element.item<double>(), step = 1e-6;
      element.fill_(before + step);
      const double up = loss().item<double>();
      element.fill_(before - step);
      const double down = loss().item<double>();
      element.fill_(before);
      const double slope = (up - down) / (2 * step);
      EXPECT_NEAR(weight.grad().view(-1)[index].item<double>(), slope,
                  1e-6 * std::max(1.0, std::abs(slope)))
          << name;
    }
  }
}

TEST(ReferenceLengths, RefuseWhatHasNoLogarithm) {
  LengthNormalisedScale unset(kAllSites);
  EXPECT_THROW(unset.scale(AttentionKind::kCross, torch::tensor({3}), {}), UsageError);
  EXPECT_THROW(scale(1, 30), UsageError);
  EXPECT_THROW(scale(30, 1.99), UsageError);
  EXPECT_THROW(scale(30, std::nan("")), UsageError);
}

TEST(ReferenceLengths, ComeBackToTheLastBit) {
  const TemporaryFolder folder;
  const ReferenceLengths lengths{210.0 / 0.97 + 1e-13, 115.0 / 3};
  lengths.save(folder.file("length_bias.json"));
  const auto loaded = ReferenceLengths::load(folder.file("length_bias.json"));
  ASSERT_TRUE(loaded);
  EXPECT_EQ(loaded->source, lengths.source);
  EXPECT_EQ(loaded->target, lengths.target);
  EXPECT_FALSE(ReferenceLengths::load(folder.file("other.json")));
  write_file(folder.file("damaged.json"), "{\"source\": 3");
  EXPECT_THROW(ReferenceLengths::load(folder.file("damaged.json")), Error);
}

}  // namespace
}  // namespace nmt::length_bias
