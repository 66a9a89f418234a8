#include "models/extension_points.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>

#include "tests/message_of.h"
#include "tests/models/direction_mask.h"
#include "tests/models/small_model.h"

// The places where methods plug in, each with the smallest plug-in that proves it.

namespace nmt {
namespace {

using testing::kPad;
using testing::max_difference;
using testing::random_batch;
using testing::small_model;
using testing::small_options;

torch::Tensor logits_of(Transformer& model, const Batch& batch) {
  return model->project(
      model->decode(model->encode(batch.source), batch.target_input, batch.target_mask()));
}

/// Calls a function at every site.
class FunctionListener : public ActivationListener {
 public:
  using Function = std::function<torch::Tensor(const ActivationSite&, const torch::Tensor&,
                                               const SentenceInfo&)>;
  explicit FunctionListener(Function function) : function_(std::move(function)) {}
  torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                              const SentenceInfo& info) override {
    return function_(site, h, info);
  }

 private:
  Function function_;
};

std::shared_ptr<FunctionListener> listener(FunctionListener::Function function) {
  return std::make_shared<FunctionListener>(std::move(function));
}

TEST(ActivationSites, AreHeardInTheOrderOfTheForwardPass) {
  Transformer model = small_model(small_options());
  std::vector<std::string> heard, registered;
  model->sites().listen(
      listener([&](const ActivationSite& site, const torch::Tensor& h, const SentenceInfo&) {
        heard.push_back(site.name);
        return h;
      }));
  logits_of(model, random_batch({{4, 3}}));
  for (const auto& site : model->sites().sites()) registered.push_back(site->name);
  EXPECT_EQ(heard, registered);
  EXPECT_THAT(registered, ::testing::Contains("encoder.1.self_attention.qkv"));
  EXPECT_THAT(registered, ::testing::Contains("decoder.0.cross_attention.kv"));
  EXPECT_THAT(registered, ::testing::Contains("decoder.1.feed_forward.in"));
  // Per encoder layer qkv, out, in, out; per decoder layer q, kv and out of cross-attention too;
  // two embeddings.
  EXPECT_EQ(registered.size(), 2 + 2 * 4 + 2 * 7u);
}

TEST(ActivationSites, BaseModelHasTheNeuronsOfTheSpecification) {
  Transformer model(TransformerOptions{}, VocabularyShape{10, 10, 0});
  std::map<std::string, int64_t> neurons;
  for (const auto& site : model->sites().sites()) {
    int64_t end = 0;
    for (const auto& part : site->parts) {
      EXPECT_EQ(part.offset, end);
      end += part.width;
    }
    neurons[site->name.substr(0, site->name.find('.'))] += end;
    const bool source = site->name.starts_with("encoder") || site->name.starts_with("source") ||
                        site->name.ends_with("cross_attention.kv");
    EXPECT_EQ(site->side, source ? ActivationSide::kSource : ActivationSide::kTarget) << site->name;
  }
  EXPECT_EQ(neurons["encoder"], 6 * 4608);
  EXPECT_EQ(neurons["decoder"], 6 * 6656);
}

TEST(ActivationSites, ObservingChangesNothingAndCanRecordGradients) {
  for (const auto& variant : testing::variants()) {
    Transformer model = small_model(variant.options);
    const Batch batch = random_batch({{4, 3}, {2, 5}});
    const torch::Tensor plain = logits_of(model, batch);
    std::map<std::string, torch::Tensor> seen, gradients;
    const auto observer =
        listener([&](const ActivationSite& site, const torch::Tensor& h, const SentenceInfo& info) {
          seen[site.name] = h.detach();
          h.register_hook([&gradients, name = site.name](const torch::Tensor& gradient) {
            gradients[name] = gradient;
          });
          const torch::Tensor& mask =
              site.side == ActivationSide::kSource ? info.source_mask : info.target_mask;
          EXPECT_EQ(mask.sizes(), h.sizes().slice(0, 2)) << site.name;
          int64_t width = 0;
          for (const auto& part : site.parts) width += part.width;
          EXPECT_EQ(h.size(2), width) << site.name;
          return h;
        });
    model->sites().listen(observer);
    const torch::Tensor observed = logits_of(model, batch);
    // Packed tokens give other sums than padded rows, which listeners are promised.
    EXPECT_LT(max_difference(observed, plain), 1e-12);
    observed.square().sum().backward();
    EXPECT_EQ(seen.size(), model->sites().sites().size());
    EXPECT_EQ(gradients.size(), seen.size());
    model->sites().forget(observer);
    seen.clear();
    logits_of(model, batch);
    EXPECT_TRUE(seen.empty());
  }
}

// Replacing a site's columns by zero equals a model whose weights and biases of these neurons are
// zero, and gives them no gradient.
TEST(ActivationSites, ReplacingByZeroEqualsZeroWeights) {
  for (const auto& variant : testing::variants()) {
    Transformer model = small_model(variant.options);
    const Batch batch = random_batch({{4, 3}, {2, 5}});
    for (const std::string name : {"encoder.0.self_attention.qkv", "encoder.1.feed_forward.in",
                                   "decoder.0.cross_attention.q", "decoder.1.cross_attention.kv",
                                   "decoder.1.self_attention.out", "decoder.0.feed_forward.out"}) {
      constexpr int64_t kNeuron = 5;
      const auto masking =
          listener([&](const ActivationSite& site, const torch::Tensor& h, const SentenceInfo&) {
            return site.name == name ? h.masked_fill(torch::arange(h.size(2)).eq(kNeuron), 0) : h;
          });
      model->sites().listen(masking);
      const torch::Tensor masked = logits_of(model, batch);
      model->zero_grad();
      masked.square().sum().backward();
      model->sites().forget(masking);
      std::string key = name;
      key.insert(key.find('.') + 1, "layers.");
      const auto parameters = model->named_parameters();
      torch::NoGradGuard no_grad;
      torch::Tensor weight = parameters[key + ".weight"], bias = parameters[key + ".bias"];
      EXPECT_EQ(weight.grad()[kNeuron].abs().max().item<double>(), 0) << name;
      EXPECT_EQ(bias.grad()[kNeuron].item<double>(), 0) << name;
      const torch::Tensor kept_weight = weight.clone(), kept_bias = bias.clone();
      // In SwiGLU either factor silences the neuron.
      weight[kNeuron].zero_();
      bias[kNeuron].zero_();
      EXPECT_LT(max_difference(logits_of(model, batch), masked), 1e-12)
          << variant.name << " " << name;
      weight.copy_(kept_weight);
      bias.copy_(kept_bias);
    }
  }
}

/// Keeps what it is given at "….feed_forward.in", in several ways, and copies of it.
class Keeper : public ActivationListener {
 public:
  enum class What { kTensor, kDetached, kPart, kReplacement };
  explicit Keeper(What what) : what_(what) {}
  torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                              const SentenceInfo&) override {
    if (!site.name.ends_with("feed_forward.in")) return h;
    const torch::Tensor mine = what_ == What::kReplacement ? h * 2 : h;
    kept.push_back(what_ == What::kDetached ? h.detach()
                   : what_ == What::kPart   ? h.narrow(-1, 0, 5)
                                            : mine);
    copies.push_back(kept.back().clone());
    return mine;
  }
  bool position_wise() const override { return true; }
  std::vector<torch::Tensor> kept, copies;

 private:
  What what_;
};

// The activation function writes into the tensor it gets, but not where a listener has that too.
TEST(ActivationSites, WhatListenersKeepStaysAsItWas) {
  for (const Activation activation : {Activation::kRelu, Activation::kGelu})
    for (const auto what : {Keeper::What::kTensor, Keeper::What::kDetached, Keeper::What::kPart,
                            Keeper::What::kReplacement}) {
      TransformerOptions options = small_options();
      options.activation = activation;
      Transformer model = small_model(options);
      const auto keeper = std::make_shared<Keeper>(what);
      model->sites().listen(keeper);
      const torch::NoGradGuard no_grad;
      logits_of(model, random_batch({{4, 3}, {2, 5}}));
      ASSERT_EQ(keeper->kept.size(), 4u);
      for (size_t i = 0; i < keeper->kept.size(); ++i) {
        EXPECT_TRUE(keeper->kept[i].equal(keeper->copies[i]));
        EXPECT_LT(keeper->kept[i].min().item<double>(), -0.2);  // the activation function's least
      }
    }
}

// A listener may go on with numbers that cannot be written to one by one.
TEST(ActivationSites, AReplacementMayBeABroadcastOne) {
  Transformer model = small_model(small_options());
  const auto constant = [&](const torch::Tensor& h, bool whole) {
    const torch::Tensor half = torch::full({}, 0.5, h.options()).expand_as(h);
    return whole ? half.clone() : half;
  };
  class Constant : public FunctionListener {
   public:
    using FunctionListener::FunctionListener;
    bool position_wise() const override { return true; }
  };
  const torch::NoGradGuard no_grad;
  std::vector<torch::Tensor> logits;
  for (const bool whole : {false, true}) {
    const auto listening = std::make_shared<Constant>(
        [&](const ActivationSite& site, const torch::Tensor& h, const SentenceInfo&) {
          return site.name.ends_with("feed_forward.in") ? constant(h, whole) : h;
        });
    model->sites().listen(listening);
    logits.push_back(logits_of(model, random_batch({{4, 3}, {2, 5}})));
    model->sites().forget(listening);
  }
  EXPECT_LT(max_difference(logits[0], logits[1]), 1e-12);
}

TEST(ActivationSites, NeedRowsWhereOneListenerDoes) {
  ActivationSites sites;
  EXPECT_FALSE(sites.needs_rows());
  sites.listen(std::make_shared<testing::PositionWiseDirectionMask>());
  EXPECT_TRUE(sites.heard());
  EXPECT_FALSE(sites.needs_rows());
  const auto other = std::make_shared<testing::DirectionMask>();
  sites.listen(other);
  EXPECT_TRUE(sites.needs_rows());
  sites.forget(other);
  EXPECT_FALSE(sites.needs_rows());
}

TEST(SentenceInfo, IsSpreadOverRowsAndOverTokens) {
  SentenceInfo info;
  const torch::Tensor of_rows = torch::tensor({{1, 2}, {3, 4}});
  EXPECT_TRUE(info.at_positions(of_rows).equal(of_rows.view({2, 1, 2})));
  info.token_rows = torch::tensor({0, 1, 1}, torch::kLong);
  EXPECT_TRUE(info.at_positions(of_rows).equal(torch::tensor({1, 2, 3, 4, 3, 4}).view({1, 3, 2})));
  EXPECT_THROW(info.select(torch::tensor({0}, torch::kLong)), c10::Error);
}

TEST(ActivationSites, ListenersComposeInOrder) {
  ActivationSites sites;
  const ActivationSite* site = sites.add_whole("s", ActivationSide::kSource, 1);
  const torch::Tensor one = torch::ones({1, 1, 1});
  EXPECT_TRUE(sites.apply(site, one, {}).is_same(one));
  sites.listen(listener([](const auto&, const torch::Tensor& h, const auto&) { return h + 1; }));
  sites.listen(listener([](const auto&, const torch::Tensor& h, const auto&) { return h * 10; }));
  EXPECT_EQ(sites.apply(site, one, {}).item<float>(), 20);
}

/// λ = ln n / ln n0 at every place, as length-normalised attention has it; records what it is
/// given.
class LogScale : public AttentionScale {
 public:
  explicit LogScale(double reference) : reference_(reference) {}
  torch::Tensor scale(AttentionKind kind, const torch::Tensor& key_counts,
                      const torch::Tensor& positions) override {
    const torch::Tensor n =
        kind == AttentionKind::kDecoderSelf ? positions + 1 : key_counts.unsqueeze(1);
    EXPECT_EQ(positions.defined(), kind != AttentionKind::kEncoderSelf);
    EXPECT_EQ(key_counts.defined(), kind != AttentionKind::kDecoderSelf);
    calls.push_back(kind);
    return (n.to(torch::kFloat64).log().clamp_min(0.1) / std::log(reference_)).to(torch::kFloat32);
  }
  std::vector<AttentionKind> calls;

 private:
  double reference_;
};

TEST(AttentionScale, OfOneIsBitwiseThePlainModel) {
  for (const auto& variant : testing::variants()) {
    ModelExtensions extensions;
    extensions.attention_scale = std::make_shared<LogScale>(6);
    Transformer scaled = small_model(variant.options, extensions);
    Transformer plain = small_model(variant.options);
    scaled->to(torch::kFloat32);
    plain->to(torch::kFloat32);
    torch::NoGradGuard no_grad;
    const Batch batch = random_batch({{6, 2}, {6, 2}});
    EXPECT_TRUE(scaled->encode(batch.source).states.equal(plain->encode(batch.source).states))
        << variant.name;
    const Batch longer = random_batch({{9, 2}});
    EXPECT_GT(
        max_difference(scaled->encode(longer.source).states, plain->encode(longer.source).states),
        1e-4);
  }
}

// The factor on the queries is the same as the factor on the logits: a model whose query weights
// are multiplied by λ.
TEST(AttentionScale, EqualsScaledQueryWeights) {
  constexpr double kFactor = 1.75;
  class Constant : public AttentionScale {
   public:
    torch::Tensor scale(AttentionKind kind, const torch::Tensor&, const torch::Tensor&) override {
      return kind == AttentionKind::kCross ? torch::full({1, 1}, kFactor, torch::kFloat32)
                                           : torch::Tensor();
    }
  };
  ModelExtensions extensions;
  extensions.attention_scale = std::make_shared<Constant>();
  Transformer scaled = small_model(small_options(), extensions);
  Transformer plain = small_model(small_options());
  torch::NoGradGuard no_grad;
  for (const auto& entry : plain->named_parameters())
    if (entry.key().find("cross_attention.q.") != std::string::npos) entry.value().mul_(kFactor);
  const Batch batch = random_batch({{4, 3}, {7, 5}});
  EXPECT_LT(max_difference(logits_of(scaled, batch), logits_of(plain, batch)), 1e-12);
}

TEST(AttentionScale, IsAskedOnceAPass) {
  ModelExtensions extensions;
  const auto scale = std::make_shared<LogScale>(6);
  extensions.attention_scale = scale;
  Transformer model = small_model(small_options(), extensions);
  logits_of(model, random_batch({{4, 3}}));
  EXPECT_EQ(scale->calls, (std::vector{AttentionKind::kEncoderSelf, AttentionKind::kDecoderSelf,
                                       AttentionKind::kCross}));
}

/// Lays the reversed sentence beside the sentence itself: two padded halves, so that real tokens
/// are no prefix.
class TwoHalves : public SourceEmbedding {
 public:
  TwoHalves(const TokenEmbedding& tokens, const TransformerOptions& options)
      : SourceEmbedding(tokens, options) {
    mark = register_parameter("mark", torch::full({options.dim}, 0.5));
  }
  EmbeddedSource embed(const SourceBatch& source) override {
    const torch::Tensor places = torch::arange(source.ids.size(1)).unsqueeze(0);
    const torch::Tensor words = look_up(source.ids);
    const torch::Tensor first = add_positions(words, places),
                        second = add_positions(words + mark, places);
    return {.states = finish(torch::cat({first, second}, 1)),
            .mask = torch::cat({source.mask(), source.mask()}, 1),
            .padded = source.padded,
            .positions = torch::cat({places, places}, 1)};
  }
  torch::Tensor mark;
};

TEST(SourceEmbedding, MayLayPaddedSequencesSideBySide) {
  for (const auto& variant : testing::variants()) {
    ModelExtensions extensions;
    extensions.source_embedding = [](const TokenEmbedding& tokens,
                                     const TransformerOptions& options) {
      return std::make_shared<TwoHalves>(tokens, options);
    };
    Transformer model = small_model(variant.options, extensions);
    EXPECT_TRUE(model->named_parameters().contains("source_embedding.mark"));
    const auto pairs = testing::random_pairs({{5, 4}, {9, 6}});
    const Batch batch = make_batch(pairs, kPad, testing::kBos);
    const torch::Tensor together = logits_of(model, batch);
    const Memory memory = model->encode(batch.source);
    EXPECT_EQ(memory.states.size(1), 18);
    EXPECT_TRUE(memory.info.source_counts.equal(torch::tensor({10, 18}, torch::kInt64)));
    const torch::Tensor alone = logits_of(model, make_batch({pairs[0]}, kPad, testing::kBos));
    EXPECT_LT(max_difference(alone[0], together[0].narrow(0, 0, 4)), 1e-12) << variant.name;
    together.square().sum().backward();
    EXPECT_GT(model->named_parameters()["source_embedding.mark"].grad().abs().max().item<double>(),
              0);
    DecoderState state = model->start(memory, 1, 4);
    const torch::Tensor hidden = model->step(state, batch.target_input.narrow(1, 0, 4));
    EXPECT_LT(max_difference(model->project(hidden), together.narrow(1, 0, 4)), 1e-12);
  }
}

/// Adds a constant; stands in for a mixture of experts.
class Shift : public FeedForwardLayer {
 public:
  explicit Shift(int64_t dim) { shift = register_parameter("shift", torch::ones({dim})); }
  torch::Tensor forward(const torch::Tensor& x, const SentenceInfo&) override {
    return shift.expand_as(x);
  }
  torch::Tensor shift;
};

TEST(FeedForwardFactory, ReplacesTheLayersItWants) {
  ModelExtensions extensions;
  std::vector<std::string> asked;
  extensions.feed_forward = [&](const LayerContext& context) -> std::shared_ptr<FeedForwardLayer> {
    asked.push_back(context.name);
    if (context.layer % 2 == 0) return nullptr;
    return std::make_shared<Shift>(context.options.dim);
  };
  Transformer model = small_model(small_options(), extensions);
  EXPECT_THAT(asked, ::testing::ElementsAre("encoder.0", "encoder.1", "decoder.0", "decoder.1"));
  const auto parameters = model->named_parameters();
  EXPECT_TRUE(parameters.contains("encoder.layers.0.feed_forward.in.weight"));
  EXPECT_TRUE(parameters.contains("decoder.layers.1.feed_forward.shift"));
  EXPECT_FALSE(parameters.contains("decoder.layers.1.feed_forward.in.weight"));
  logits_of(model, random_batch({{4, 3}})).square().sum().backward();
  EXPECT_TRUE(parameters["decoder.layers.1.feed_forward.shift"].grad().defined());
}

TEST(MethodModules, BelongToTheModelUnderTheMethodsName) {
  ModelExtensions extensions;
  extensions.modules["shifted"] = std::make_shared<Shift>(4);
  Transformer model = small_model(small_options(), extensions);
  EXPECT_TRUE(model->saved_tensors().contains("shifted.shift"));
  EXPECT_EQ(model->saved_tensors().at("shifted.shift").scalar_type(), torch::kFloat64);
  extensions.modules["encoder"] = std::make_shared<Shift>(4);
  const std::string error = message_of([&] { small_model(small_options(), extensions); });
  EXPECT_THAT(error, ::testing::HasSubstr("'encoder' has the name of a part of the model"));
}

}  // namespace
}  // namespace nmt
