#include "models/embedding.h"

#include <torch/torch.h>

#include <cmath>

#include "models/dropout.h"
#include "models/initialisation.h"

namespace nmt {

TokenEmbeddingImpl::TokenEmbeddingImpl(const TokenEmbeddingOptions& options) : options_(options) {
  weight = register_parameter("weight", torch::empty({options.vocabulary, options.dim}));
  initialise([&] {
    weight.normal_(0, 1 / std::sqrt(static_cast<double>(options.dim)));
    weight[options.pad].zero_();
  });
}

torch::Tensor TokenEmbeddingImpl::forward(const torch::Tensor& ids) const {
  return at::embedding(weight, ids, options_.pad);
}

SequenceEmbedding::SequenceEmbedding(TokenEmbedding tokens, const TransformerOptions& options)
    : tokens_(std::move(tokens)), options_(options), dropout_(options.dropout) {
  if (options.positions == PositionKind::kLearned) {
    positions = register_parameter("positions", torch::empty({options.max_positions, options.dim}));
    initialise([&] { positions.normal_(0, 1 / std::sqrt(static_cast<double>(options.dim))); });
  }
  if (options.positions == PositionKind::kSinusoidal)
    sinusoids_ =
        register_module("sinusoids", FixedTable(sinusoids(options.max_positions, options.dim)));
  if (options.embedding_norm)
    norm =
        register_module("norm", torch::nn::LayerNorm(torch::nn::LayerNormOptions({options.dim})));
  register_module("dropout", dropout_);
}

torch::Tensor SequenceEmbedding::look_up(const torch::Tensor& ids) const {
  const torch::Tensor embedded = tokens_->forward(ids);
  return is_training() && options_.word_dropout > 0 ? drop_words(embedded, options_.word_dropout)
                                                    : embedded;
}

torch::Tensor SequenceEmbedding::add_positions(const torch::Tensor& embedded,
                                               const torch::Tensor& position_ids) const {
  torch::Tensor scaled = embedded * std::sqrt(static_cast<double>(options_.dim));
  if (positions.defined()) return scaled + at::embedding(positions, position_ids);
  if (sinusoids_) return scaled + sinusoids_->forward(position_ids).to(scaled.scalar_type());
  return scaled;
}

torch::Tensor SequenceEmbedding::finish(const torch::Tensor& x) {
  return dropout_->forward(norm ? norm->forward(x) : x);
}

torch::Tensor SequenceEmbedding::embed_tokens(const torch::Tensor& ids,
                                              const torch::Tensor& position_ids) {
  return finish(add_positions(look_up(ids), position_ids));
}

EmbeddedSource PlainSourceEmbedding::embed(const SourceBatch& source) {
  const torch::Tensor position_ids =
      torch::arange(source.ids.size(1), source.ids.options()).unsqueeze(0);
  return {.states = embed_tokens(source.ids, position_ids),
          .mask = source.mask(),
          .padded = source.padded,
          .positions = position_ids};
}

}  // namespace nmt
