#pragma once

#include <torch/torch.h>

#include <random>
#include <string>
#include <vector>

#include "models/transformer.h"

// Small random models and batches for the tests of models and criterions.

namespace nmt::testing {

inline constexpr int64_t kPad = 0, kBos = 1, kEos = 2, kVocabulary = 29;

inline TransformerOptions small_options() {
  TransformerOptions options;
  options.dim = 16;
  options.heads = 2;
  options.feed_forward_dim = 24;
  options.encoder_layers = 2;
  options.decoder_layers = 2;
  options.max_positions = 64;
  options.dropout = 0;
  return options;
}

/// A model with random biases and gains too, in double precision, for evaluation.
inline Transformer small_model(const TransformerOptions& options,
                               const ModelExtensions& extensions = {},
                               int64_t vocabulary = kVocabulary) {
  at::set_num_threads(1);  // such small models only lose by more
  torch::manual_seed(7);
  Transformer model(options, VocabularyShape{vocabulary, vocabulary, kPad}, extensions);
  model->to(torch::kFloat64);
  torch::NoGradGuard no_grad;
  for (auto& parameter : model->parameters()) parameter.add_(torch::randn_like(parameter) * 0.2);
  model->eval();
  return model;
}

inline std::vector<int32_t> random_sentence(int64_t length, std::mt19937& random) {
  std::vector<int32_t> ids;
  for (int64_t i = 1; i < length; ++i)
    ids.push_back(static_cast<int32_t>(3 + random() % static_cast<uint32_t>(kVocabulary - 3)));
  ids.push_back(kEos);
  return ids;
}

/// Pairs of the given source and target lengths, EOS counted.
inline std::vector<TokenPair> random_pairs(const std::vector<std::pair<int64_t, int64_t>>& lengths,
                                           unsigned seed = 1) {
  std::mt19937 random(seed);
  std::vector<TokenPair> pairs;
  for (const auto& [source, target] : lengths) {
    TokenPair pair;
    pair.source = random_sentence(source, random);
    pair.target = random_sentence(target, random);
    pair.instance_id = static_cast<int64_t>(pairs.size());
    pair.direction = static_cast<int64_t>(pairs.size() % 2);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

inline Batch random_batch(const std::vector<std::pair<int64_t, int64_t>>& lengths,
                          unsigned seed = 1) {
  return make_batch(random_pairs(lengths, seed), kPad, kBos);
}

/// The variants over which properties are tested.
struct Variant {
  std::string name;
  TransformerOptions options;
};

inline std::vector<Variant> variants() {
  std::vector<Variant> all;
  const auto add = [&](const std::string& name, auto change) {
    TransformerOptions options = small_options();
    change(options);
    all.push_back({name, options});
  };
  using O = TransformerOptions;
  add("pre_relu_sinusoidal_all", [](O&) {});
  add("post_relu_sinusoidal_all", [](O& o) { o.norm = NormPosition::kPost; });
  add("pre_gelu_learned_target", [](O& o) {
    o.activation = Activation::kGelu;
    o.positions = PositionKind::kLearned;
    o.tied_embeddings = TiedEmbeddings::kTarget;
  });
  add("pre_swiglu_rotary_none", [](O& o) {
    o.activation = Activation::kSwiglu;
    o.positions = PositionKind::kRotary;
    o.tied_embeddings = TiedEmbeddings::kNone;
  });
  add("post_swiglu_rotary_norm", [](O& o) {
    o.norm = NormPosition::kPost;
    o.activation = Activation::kSwiglu;
    o.positions = PositionKind::kRotary;
    o.embedding_norm = true;
  });
  return all;
}

/// Scales every attention by something that depends on all its arguments.
class CountingScale : public AttentionScale {
 public:
  torch::Tensor scale(AttentionKind kind, const torch::Tensor& key_counts,
                      const torch::Tensor& query_positions) override {
    if (kind == AttentionKind::kDecoderSelf) return (query_positions.to(torch::kFloat32) + 2).log();
    return (key_counts.to(torch::kFloat32) + 1).log().unsqueeze(1);
  }
};

/// Rounds the weights to bf16, so that computing in it rounds nothing but activations.
inline void round_weights_to_bf16(Transformer& model) {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    parameter.copy_(parameter.to(torch::kBFloat16));
}

/// |a − b| / |b|, of the tensors as vectors.
inline double relative_error(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return ((a - b).norm() / b.norm()).item<double>();
}

inline double max_difference(const torch::Tensor& a, const torch::Tensor& b) {
  EXPECT_EQ(a.sizes(), b.sizes());
  return a.numel() == 0 ? 0.0 : (a - b).abs().max().item<double>();
}

}  // namespace nmt::testing
