#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <memory>
#include <vector>

#include "data/batch.h"
#include "models/decoder.h"
#include "models/embedding.h"
#include "models/encoder.h"
#include "models/extension_points.h"
#include "models/transformer_options.h"

// The encoder–decoder Transformer (Vaswani et al. 2017): the one model of the toolkit, for training and decoding alike.

namespace nmt {

/// The encoder's output and what belongs to it.
struct Memory {
  torch::Tensor states;  // [batch, source, dim]: the tensor the decoder attends to (after the final norm of a pre-norm model)
  SentenceInfo info;
};

/// Builds the module that embeds the source in place of the plain SourceEmbedding; receives the shared token embedding.
using SourceEmbeddingFactory =
    std::function<std::shared_ptr<SourceEmbedding>(TokenEmbedding tokens, const TransformerOptions& options)>;

/// What methods plug into the model before it is built.
struct ModelExtensions {
  SourceEmbeddingFactory source_embedding;          // null: embed the ids as they are
  std::shared_ptr<AttentionScale> attention_scale;  // null: none
};

/// What the vocabulary fixes: sizes and the padding id.
struct VocabularyShape {
  int64_t source_size, target_size;
  int64_t pad;
};

class TransformerImpl : public torch::nn::Module {
 public:
  TransformerImpl(TransformerOptions options, VocabularyShape vocabulary, ModelExtensions extensions = {});

  /// Encodes source sentences. Padding and batch mates do not change a sentence's states.
  Memory encode(const SourceBatch& source);

  /// Teacher forcing: hidden states [batch, target, dim] for `target_input` [batch, target], ready for project().
  /// `target_mask` [batch, target] bool may be undefined where no listener needs it.
  torch::Tensor decode(const Memory& memory, const torch::Tensor& target_input, const torch::Tensor& target_mask);

  /// Starts incremental decoding: cross-attention keys and values are computed here, once per source sentence. Every
  /// sentence has `beam` rows next to each other; `max_length` positions of cache are set aside.
  DecoderState start(const Memory& memory, int64_t beam, int64_t max_length);

  /// Feeds the next tokens [rows, n] of every row (n = 1 in a search step; a whole right-padded prefix at once to fill the
  /// cache, with `counts` [rows] real tokens each) and returns hidden states [rows, n, dim]. Equals decode() at the same
  /// positions.
  torch::Tensor step(DecoderState& state, const torch::Tensor& tokens, const torch::Tensor& counts = {});

  /// Hidden states [..., dim] to logits [..., target vocabulary].
  torch::Tensor project(const torch::Tensor& hidden) const;

  const TransformerOptions& options() const { return options_; }
  const VocabularyShape& vocabulary() const { return vocabulary_; }
  ActivationSites& sites() { return *sites_; }
  int64_t parameter_count() const;
  /// Multiply–adds ×2 of one training step (forward and backward) per source and target token, for utilisation figures;
  /// attention products excluded.
  double training_flops(int64_t source_tokens, int64_t target_tokens) const;

 private:
  TransformerOptions options_;
  VocabularyShape vocabulary_;
  std::shared_ptr<ActivationSites> sites_;
  // Members are named as they are registered: their names are the checkpoint format.
  // (source_embedding, target_embedding, encoder, decoder, output: see transformer.cpp)
};
TORCH_MODULE(Transformer);

}  // namespace nmt
