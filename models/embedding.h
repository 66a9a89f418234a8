#pragma once

#include <torch/nn/module.h>
#include <torch/nn/modules/normalization.h>
#include <torch/nn/pimpl.h>

#include <memory>

#include "data/batch.h"
#include "models/dropout.h"
#include "models/extension_points.h"
#include "models/positions.h"
#include "models/transformer_options.h"

namespace nmt {

struct TokenEmbeddingOptions {
  int64_t vocabulary;  // rows of the table
  int64_t dim;
  int64_t pad;  // the row that is zero at first and gets no gradient from look-ups
};

/// A table of token vectors, initialised as in fairseq: normal(0, dim^-0.5), padding row zero.
/// Sides that share it, and an output projection tied to it, hold this one module.
class TokenEmbeddingImpl : public torch::nn::Module {
 public:
  explicit TokenEmbeddingImpl(const TokenEmbeddingOptions& options);
  /// Rows of the table as they are, without the factor sqrt(dim): [..., dim] for ids [...].
  torch::Tensor forward(const torch::Tensor& ids) const;
  const TokenEmbeddingOptions& options() const { return options_; }

  torch::Tensor weight;  // [vocabulary, dim]

 private:
  TokenEmbeddingOptions options_;
};
TORCH_MODULE(TokenEmbedding);

/// Turns tokens into the sequence that enters the first layer (Vaswani et al. 2017, section 3.4):
/// dropout(norm(sqrt(dim)·embedding + position)), the norm with model.embedding_norm only, no
/// position for rotary ones.
class SequenceEmbedding : public torch::nn::Module {
 public:
  SequenceEmbedding(TokenEmbedding tokens, const TransformerOptions& options);

  /// Embeds `ids` [rows, n] that stand at `position_ids` [rows or 1, n] int64: [rows, n, dim].
  torch::Tensor embed_tokens(const torch::Tensor& ids, const torch::Tensor& position_ids);

  /// The steps of it, for embeddings that assemble the sequence in another way.
  /// Unscaled token vectors, after word dropout.
  torch::Tensor look_up(const torch::Tensor& ids) const;
  /// sqrt(dim)·embedded + position.
  torch::Tensor add_positions(const torch::Tensor& embedded,
                              const torch::Tensor& position_ids) const;
  /// Norm and dropout.
  torch::Tensor finish(const torch::Tensor& x);

  torch::nn::LayerNorm norm = nullptr;  // with model.embedding_norm
  torch::Tensor positions;              // [max_positions, dim], learned positions only

 protected:
  TokenEmbedding tokens_;  // registered by the Transformer, under one name for all who share it
  TransformerOptions options_;

 private:
  FixedTable sinusoids_ = nullptr;
  Dropout dropout_;
};

/// Embeds the source side. Methods that change what the encoder reads derive from it.
class SourceEmbedding : public SequenceEmbedding {
 public:
  using SequenceEmbedding::SequenceEmbedding;
  virtual EmbeddedSource embed(const SourceBatch& source) = 0;
};

/// The ids as they are.
class PlainSourceEmbedding : public SourceEmbedding {
 public:
  using SourceEmbedding::SourceEmbedding;
  EmbeddedSource embed(const SourceBatch& source) override;
};

}  // namespace nmt
