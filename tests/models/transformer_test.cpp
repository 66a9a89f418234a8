#include "models/transformer.h"

#include <ATen/autocast_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>

#include "models/initialisation.h"
#include "tests/models/small_model.h"

namespace nmt {
namespace {

using testing::kPad;
using testing::kVocabulary;
using testing::max_difference;
using testing::random_batch;
using testing::random_pairs;
using testing::relative_error;
using testing::small_model;
using testing::small_options;

torch::Tensor logits_of(Transformer& model, const Batch& batch) {
  torch::NoGradGuard no_grad;
  return model->project(
      model->decode(model->encode(batch.source), batch.target_input, batch.target_mask()));
}

class Variants : public ::testing::TestWithParam<testing::Variant> {
 protected:
  Transformer model = small_model(GetParam().options);
};

INSTANTIATE_TEST_SUITE_P(All, Variants, ::testing::ValuesIn(testing::variants()),
                         [](const auto& variant) { return variant.param.name; });

TEST_P(Variants, PaddingAndBatchMatesDoNotMatter) {
  model->to(torch::kFloat32);
  const auto pairs = random_pairs({{5, 4}, {9, 11}, {2, 7}});
  const torch::Tensor together = logits_of(model, make_batch(pairs, kPad, testing::kBos));
  for (size_t i = 0; i < pairs.size(); ++i) {
    const torch::Tensor alone = logits_of(model, make_batch({pairs[i]}, kPad, testing::kBos));
    const auto length = static_cast<int64_t>(pairs[i].target.size());
    EXPECT_LT(max_difference(alone[0], together[static_cast<int64_t>(i)].narrow(0, 0, length)),
              1e-5);
  }
}

TEST_P(Variants, UnknownPaddingGivesTheSameAsNone) {
  Batch batch = random_batch({{5, 4}, {5, 4}});
  ASSERT_FALSE(batch.source.padded);
  const torch::Tensor without_mask = logits_of(model, batch);
  batch.source.padded = true;
  EXPECT_LT(max_difference(logits_of(model, batch), without_mask), 1e-12);
}

TEST_P(Variants, DecoderSeesNoLaterToken) {
  Batch batch = random_batch({{5, 8}});
  const torch::Tensor before = logits_of(model, batch);
  for (int64_t changed = 1; changed < 8; ++changed) {
    Batch other = batch;
    other.target_input = batch.target_input.clone();
    other.target_input[0][changed] = 3 + (batch.target_input[0][changed].item<int64_t>() + 1) % 20;
    const torch::Tensor difference = (logits_of(model, other) - before).abs().amax(2)[0];
    EXPECT_EQ(difference.narrow(0, 0, changed).max().item<double>(), 0) << changed;
    EXPECT_GT(difference.narrow(0, changed, 8 - changed).min().item<double>(), 1e-9) << changed;
  }
}

TEST_P(Variants, EverySourceTokenReachesEveryPosition) {
  Batch batch = random_batch({{6, 3}});
  const torch::Tensor before = logits_of(model, batch);
  for (int64_t changed = 0; changed < 6; ++changed) {
    Batch other = batch;
    other.source.ids = batch.source.ids.clone();
    other.source.ids[0][changed] = 3 + (batch.source.ids[0][changed].item<int64_t>() + 1) % 20;
    EXPECT_GT((logits_of(model, other) - before).abs().amax(2).min().item<double>(), 1e-9)
        << changed;
  }
}

// Gradients against finite differences, in double, along random directions of each parameter.
TEST_P(Variants, GradientsEqualFiniteDifferences) {
  const Batch batch = random_batch({{4, 3}, {2, 5}});
  torch::manual_seed(3);
  const torch::Tensor weights =
      torch::randn({2, 5, kVocabulary}, torch::kFloat64) * batch.target_mask().unsqueeze(-1);
  const auto value = [&] {
    return (model->project(model->decode(model->encode(batch.source), batch.target_input,
                                         batch.target_mask())) *
            weights)
        .sum();
  };
  model->zero_grad();
  value().backward();
  torch::NoGradGuard no_grad;
  constexpr double kStep = 1e-6;
  for (auto& entry : model->named_parameters()) {
    torch::Tensor& parameter = entry.value();
    const torch::Tensor direction = torch::randn_like(parameter);
    parameter.add_(direction, kStep);
    const double above = value().item<double>();
    parameter.sub_(direction, 2 * kStep);
    const double below = value().item<double>();
    parameter.add_(direction, kStep);
    const double expected = (above - below) / (2 * kStep);
    const double actual = (parameter.grad() * direction).sum().item<double>();
    EXPECT_NEAR(actual, expected, 1e-5 * std::max(1.0, std::abs(expected))) << entry.key();
  }
}

TEST_P(Variants, RunsUnderAutocastInBfloat16) {
  testing::round_weights_to_bf16(model);
  const Batch batch = random_batch({{5, 4}, {9, 11}});
  const torch::Tensor mask = batch.target_mask().unsqueeze(-1);
  const torch::Tensor exact =
      model->decode(model->encode(batch.source), batch.target_input, batch.target_mask()).detach();
  const torch::Tensor exact_logits = model->project(exact).detach();
  model->to(torch::kFloat32);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const Memory memory = model->encode(batch.source);
  const torch::Tensor hidden = model->decode(memory, batch.target_input, batch.target_mask());
  const torch::Tensor logits = model->project(hidden);
  logits.to(torch::kFloat32).square().sum().backward();
  DecoderState state = model->start(memory, 1, 4);
  model->step(state, batch.target_input.narrow(1, 0, 2));
  const torch::Tensor stepped = model->step(state, batch.target_input.narrow(1, 2, 1));
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(memory.states.scalar_type(), torch::kFloat32) << "the residual stream stays in fp32";
  EXPECT_EQ(hidden.scalar_type(), torch::kFloat32);
  EXPECT_EQ(state.self_entries.scalar_type(), torch::kFloat32) << "attention is not in bf16";
  // Three times what rounding costs: less than nearly any bias left out, or attention without its
  // scale.
  const double tolerance = GetParam().options.activation == Activation::kSwiglu ? 0.03 : 0.016;
  EXPECT_LT(relative_error(logits * mask, exact_logits * mask), tolerance);
  EXPECT_LT(relative_error(hidden * mask, exact * mask), tolerance);
  EXPECT_LT(relative_error(stepped, exact.narrow(1, 2, 1)), tolerance);
}

TEST(Transformer, BaseHasThePublishedNumberOfParameters) {
  TransformerOptions options;
  options.norm = NormPosition::kPost;
  const Transformer model(options, VocabularyShape{10, 10, 0});
  EXPECT_EQ(model->parameter_count() - 10 * 512, 44138496);
  options.feed_forward_dim = 1024;
  options.heads = 4;
  const Transformer iwslt(options, VocabularyShape{10, 10, 0});
  EXPECT_EQ(iwslt->parameter_count() - 10 * 512, 31543296);
}

// At full width the products are blocked differently for batches of different sizes.
TEST(Transformer, BatchMatesDoNotMatterAtFullWidth) {
  torch::manual_seed(1);
  Transformer model(TransformerOptions{}, VocabularyShape{kVocabulary, kVocabulary, kPad});
  model->eval();
  std::vector<std::pair<int64_t, int64_t>> lengths(30, {37, 41});
  lengths[0] = {25, 22};
  const auto pairs = random_pairs(lengths);
  const torch::Tensor together = logits_of(model, make_batch(pairs, kPad, testing::kBos));
  const torch::Tensor alone = logits_of(model, make_batch({pairs[0]}, kPad, testing::kBos));
  EXPECT_LT(max_difference(alone[0], together[0].narrow(0, 0, 22)),
            1e-5 * together.abs().max().item<double>());
}

TEST(Transformer, CheckpointKeysAreTheseAndNoOthers) {
  TransformerOptions options = small_options();
  options.encoder_layers = options.decoder_layers = 1;
  const auto keys = [](const TransformerOptions& o) {
    std::vector<std::string> names;
    const Transformer model(o, VocabularyShape{kVocabulary, kVocabulary, kPad});
    EXPECT_TRUE(model->buffers().empty());
    for (const auto& entry : model->named_parameters()) names.push_back(entry.key());
    return names;
  };
  std::vector<std::string> expected = {"target_tokens.weight"};
  const auto add = [&](const std::string& prefix, const std::vector<std::string>& modules) {
    for (const auto& module : modules)
      for (const char* tensor : {".weight", ".bias"}) expected.push_back(prefix + module + tensor);
  };
  add("encoder.layers.0.", {"self_attention.qkv", "self_attention.out", "self_attention_norm",
                            "feed_forward.in", "feed_forward.out", "feed_forward_norm"});
  add("encoder.", {"norm"});
  add("decoder.layers.0.",
      {"self_attention.qkv", "self_attention.out", "self_attention_norm", "cross_attention.q",
       "cross_attention.kv", "cross_attention.out", "cross_attention_norm", "feed_forward.in",
       "feed_forward.out", "feed_forward_norm"});
  add("decoder.", {"norm"});
  EXPECT_THAT(keys(options), ::testing::UnorderedElementsAreArray(expected));

  options.tied_embeddings = TiedEmbeddings::kTarget;
  expected.push_back("source_tokens.weight");
  EXPECT_THAT(keys(options), ::testing::UnorderedElementsAreArray(expected));
  options.tied_embeddings = TiedEmbeddings::kNone;
  expected.push_back("output");
  options.positions = PositionKind::kLearned;
  expected.insert(expected.end(), {"source_embedding.positions", "target_embedding.positions"});
  options.embedding_norm = true;
  add("source_embedding.", {"norm"});
  add("target_embedding.", {"norm"});
  EXPECT_THAT(keys(options), ::testing::UnorderedElementsAreArray(expected));
}

TEST(Transformer, InitialisationFollowsFairseq) {
  torch::manual_seed(1);
  TransformerOptions options;
  options.dim = 256;
  options.encoder_layers = options.decoder_layers = 1;
  options.feed_forward_dim = 512;
  options.tied_embeddings = TiedEmbeddings::kNone;
  const Transformer model(options, VocabularyShape{500, 500, 3});
  const auto parameters = model->named_parameters();
  // Uniform in ±bound has standard deviation bound/√3 and comes near its bound.
  const auto expect_uniform = [&](const torch::Tensor& weight, double bound) {
    EXPECT_LE(weight.abs().max().item<double>(), bound);
    EXPECT_GT(weight.abs().max().item<double>(), 0.98 * bound);
    EXPECT_NEAR(weight.std().item<double>(), bound / std::sqrt(3.0), 0.02 * bound);
  };
  // Three matrices of 256 × 256 with gain 1/√2, not one of 768 × 256.
  expect_uniform(parameters["encoder.layers.0.self_attention.qkv.weight"],
                 std::sqrt(6.0 / 512 / 2));
  expect_uniform(parameters["decoder.layers.0.cross_attention.q.weight"], std::sqrt(6.0 / 512 / 2));
  expect_uniform(parameters["decoder.layers.0.cross_attention.kv.weight"],
                 std::sqrt(6.0 / 512 / 2));
  expect_uniform(parameters["encoder.layers.0.self_attention.out.weight"], std::sqrt(6.0 / 512));
  expect_uniform(parameters["encoder.layers.0.feed_forward.in.weight"], std::sqrt(6.0 / 768));
  for (const char* name : {"source_tokens.weight", "target_tokens.weight", "output"})
    EXPECT_NEAR(parameters[name].std().item<double>(), 1.0 / 16, 0.002) << name;
  EXPECT_EQ(parameters["target_tokens.weight"][3].abs().max().item<double>(), 0);
  for (const auto& entry : parameters)
    if (entry.key().ends_with("bias")) {
      EXPECT_EQ(entry.value().abs().max().item<double>(), 0) << entry.key();
    }

  torch::manual_seed(1);
  const Transformer again(options, VocabularyShape{500, 500, 3});
  for (const auto& entry : parameters)
    EXPECT_TRUE(entry.value().equal(again->named_parameters()[entry.key()])) << entry.key();
}

TEST(Transformer, LayersWhoseWeightsAreLoadedDrawNothing) {
  const auto next_number = [] { return torch::rand({}).item<float>(); };
  torch::manual_seed(1);
  const float untouched = next_number();
  torch::manual_seed(1);
  {
    const UninitialisedLayers outer;
    { const UninitialisedLayers inner; }
    const Transformer model(small_options(), VocabularyShape{10, 10, 0});
  }
  EXPECT_EQ(next_number(), untouched);
  torch::manual_seed(1);
  const Transformer model(small_options(), VocabularyShape{10, 10, 0});
  EXPECT_NE(next_number(), untouched);
}

TEST(Transformer, RefusesWhatDoesNotFit) {
  TransformerOptions options = small_options();
  EXPECT_THROW(Transformer(options, VocabularyShape{10, 11, 0}), UsageError);
  options.heads = 3;
  EXPECT_THROW(Transformer(options, VocabularyShape{10, 10, 0}), UsageError);
  options = small_options();
  options.max_positions = 8;
  Transformer model = small_model(options);
  EXPECT_NO_THROW(logits_of(model, random_batch({{8, 8}})));
  EXPECT_THROW(logits_of(model, random_batch({{9, 4}})), Error);
  EXPECT_THROW(logits_of(model, random_batch({{4, 9}})), Error);
}

TEST(Transformer, TrainingFlopsCountEachMatrixOnce) {
  TransformerOptions options = small_options();
  options.encoder_layers = options.decoder_layers = 1;
  const Transformer model(options, VocabularyShape{kVocabulary, kVocabulary, kPad});
  const double square = 16 * 16, feed_forward = 2 * 16 * 24;
  EXPECT_DOUBLE_EQ(model->training_flops(1, 0), 6 * (4 * square + feed_forward + 2 * square));
  EXPECT_DOUBLE_EQ(model->training_flops(0, 1),
                   6 * (4 * square + 2 * square + feed_forward + kVocabulary * 16));
}

// Each kind of dropout acts in training only, and is repeated by the same seed.
TEST(Transformer, DropoutKindsActInTrainingOnly) {
  const auto with = [](auto change) {
    TransformerOptions options = small_options();
    change(options);
    return options;
  };
  const std::vector<TransformerOptions> kinds = {
      with([](auto& o) { o.dropout = 0.3; }), with([](auto& o) { o.attention_dropout = 0.3; }),
      with([](auto& o) { o.activation_dropout = 0.3; }),
      with([](auto& o) { o.layer_dropout = 0.5; }), with([](auto& o) { o.word_dropout = 0.3; })};
  const Batch batch = random_batch({{9, 8}, {7, 6}});
  for (size_t kind = 0; kind < kinds.size(); ++kind) {
    Transformer model = small_model(kinds[kind]);
    const torch::Tensor plain = logits_of(model, batch);
    EXPECT_TRUE(plain.equal(logits_of(model, batch)));
    model->train();
    torch::manual_seed(5);
    const torch::Tensor first = logits_of(model, batch);
    const torch::Tensor second = logits_of(model, batch);
    torch::manual_seed(5);
    EXPECT_TRUE(first.equal(logits_of(model, batch))) << "kind " << kind;
    EXPECT_GT(max_difference(first, plain) + max_difference(second, plain), 1e-3)
        << "kind " << kind;
    EXPECT_GT(max_difference(first, second), 1e-3) << "kind " << kind;
  }
}

TEST(Transformer, LayerDropoutSkipsWholeLayers) {
  TransformerOptions options = small_options();
  options.layer_dropout = 0.99;
  options.encoder_layers = options.decoder_layers = 1;
  Transformer model = small_model(options);
  model->train();
  torch::manual_seed(0);
  const Batch batch = random_batch({{4, 3}});
  // With the only layer skipped, the encoder is its embedding and final norm.
  const torch::Tensor states = model->encode(batch.source).states;
  const torch::Tensor expected =
      model->encoder->norm->forward(model->source_embedding->embed(batch.source).states);
  EXPECT_LT(max_difference(states, expected), 1e-12);
}

// One token, one layer, everything else identity or zero: the state is norm(√d·embedding +
// position) by hand.
TEST(Transformer, HandComputedStates) {
  TransformerOptions options;
  options.dim = 4;
  options.heads = 1;
  options.feed_forward_dim = 4;
  options.encoder_layers = options.decoder_layers = 1;
  options.dropout = 0;
  Transformer model(options, VocabularyShape{5, 5, 0});
  model->to(torch::kFloat64);
  model->eval();
  torch::NoGradGuard no_grad;
  for (const auto& entry : model->named_parameters())
    if (entry.key().find("out.") != std::string::npos) entry.value().zero_();
  model->target_tokens->weight[3] = torch::tensor({1.0, 2.0, 3.0, 4.0}, torch::kFloat64);
  model->target_tokens->weight[4] = torch::tensor({0.5, 0.0, 0.0, 0.5}, torch::kFloat64);
  const Batch batch = make_batch({{.source = {3, 4}, .target = {4}}}, 0, 1);
  const torch::Tensor states = model->encode(batch.source).states[0];
  // Position 0: √4·(1, 2, 3, 4) + (sin 0, sin 0, cos 0, cos 0) = (2, 4, 7, 9), mean 5.5,
  // variance 7.25. Position 1: √4·(.5, 0, 0, .5) + (sin 1, sin 1e-4, cos 1, cos 1e-4).
  const std::vector<std::vector<double>> sums = {
      {2, 4, 7, 9}, {1 + std::sin(1), std::sin(1e-4), std::cos(1), 1 + std::cos(1e-4)}};
  for (int64_t p = 0; p < 2; ++p) {
    const auto& x = sums[static_cast<size_t>(p)];
    const double mean = (x[0] + x[1] + x[2] + x[3]) / 4;
    double variance = 0;
    for (const double value : x) variance += (value - mean) * (value - mean) / 4;
    for (int64_t i = 0; i < 4; ++i)
      EXPECT_NEAR(states[p][i].item<double>(),
                  (x[static_cast<size_t>(i)] - mean) / std::sqrt(variance + 1e-5), 1e-12);
  }
}

}  // namespace
}  // namespace nmt
