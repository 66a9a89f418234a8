#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <random>
#include <vector>

#include "models/transformer.h"
#include "nmt/decoding/search.h"

// Tiny Transformers with random weights, in double precision, so that two ways of computing the
// same search agree to the last few digits.

namespace nmt::test {

constexpr int64_t kPad = 0, kBos = 1, kEos = 2, kVocabulary = 11;

inline SearchTokens search_tokens() {
  return {.pad = kPad, .bos = kBos, .eos = kEos, .excluded = {}};
}

inline TransformerOptions tiny_options() {
  TransformerOptions options;
  options.dim = 16, options.heads = 2, options.feed_forward_dim = 24;
  options.encoder_layers = options.decoder_layers = 2;
  options.max_positions = 64;
  return options;
}

/// Weights are drawn anew, larger than at the start of training: distributions are peaked, and
/// differ from place to place.
inline Transformer with_random_weights(Transformer model) {
  const torch::NoGradGuard no_grad;
  for (torch::Tensor& parameter : model->parameters())
    if (parameter.dim() > 1) parameter.normal_(0, 0.45);
  model->to(torch::kDouble);
  model->eval();
  return model;
}

inline Transformer random_model(uint64_t seed, int64_t vocabulary = kVocabulary) {
  torch::manual_seed(seed);
  return with_random_weights(
      Transformer(tiny_options(), VocabularyShape{vocabulary, vocabulary, kPad}));
}

inline std::vector<int32_t> random_tokens(std::mt19937& generator, size_t count,
                                          int64_t vocabulary = kVocabulary) {
  std::uniform_int_distribution<int32_t> token(kEos + 1, static_cast<int32_t>(vocabulary) - 1);
  std::vector<int32_t> tokens(count);
  for (int32_t& t : tokens) t = token(generator);
  return tokens;
}

inline std::vector<int32_t> random_source(std::mt19937& generator, size_t count) {
  std::vector<int32_t> tokens = random_tokens(generator, count);
  tokens.push_back(kEos);
  return tokens;
}

inline SourceBatch source_batch(const std::vector<std::vector<int32_t>>& sources) {
  std::vector<TokenPair> pairs;
  for (const auto& source : sources) {
    TokenPair pair;
    pair.source = source;
    pairs.push_back(pair);
  }
  return make_source_batch(pairs, kPad);
}

}  // namespace nmt::test
