#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include <map>
#include <memory>
#include <string>

#include "data/batch.h"
#include "models/decoder.h"
#include "models/embedding.h"
#include "models/encoder.h"
#include "models/extension_points.h"
#include "models/transformer_options.h"

// The encoder–decoder Transformer (Vaswani et al. 2017): the one model of the toolkit, for training
// and decoding alike.
//
// Precision: the model runs in the type of its parameters, or under autocast in bf16. Then matrix
// products are computed in bf16, attention too on a GPU; the residual stream, layer norms, the
// softmax inside attention, the factor of an AttentionScale and rotations in fp32.

namespace nmt {

/// The encoder's output and what belongs to it.
struct Memory {
  /// [batch, source, dim]: the tensor the decoder attends to (after the final norm of a pre-norm
  /// model).
  torch::Tensor states;
  SentenceInfo info;
};

/// What the vocabulary fixes: sizes and the padding id.
struct VocabularyShape {
  int64_t source_size, target_size;
  int64_t pad;
};

class TransformerImpl : public torch::nn::Module {
 public:
  /// Throws UsageError when options contradict each other or the vocabulary (tied tables of
  /// different sizes), or a method's module has the name of a part of the model.
  TransformerImpl(TransformerOptions options, VocabularyShape vocabulary,
                  ModelExtensions extensions = {});

  /// Encodes source sentences. Padding and batch mates do not change a sentence's states. Throws
  /// Error for sentences longer than model.max_positions, as do decode() and step().
  Memory encode(const SourceBatch& source);

  /// Teacher forcing: hidden states [batch, target, dim] for `target_input` [batch, target] (padded
  /// on the right), ready for project(). `target_mask` [batch, target] bool may be undefined where
  /// no listener needs it.
  torch::Tensor decode(const Memory& memory, const torch::Tensor& target_input,
                       const torch::Tensor& target_mask);

  /// Starts incremental decoding: cross-attention keys and values are computed here, once per
  /// source sentence. Every sentence has `beam` rows next to each other; `max_length` positions of
  /// cache are set aside. No gradients.
  DecoderState start(const Memory& memory, int64_t beam, int64_t max_length);

  /// Feeds the next tokens [rows, n] of every row and returns hidden states [rows, n, dim], without
  /// gradients. n = 1 in a search step. A whole prefix is fed at once; where prefixes differ in
  /// length they are padded on the right and `counts` [rows] int64 says how many tokens of each row
  /// are real. Then each row goes on at its own position. Equals decode() at the same positions.
  /// Never waits for the device.
  torch::Tensor step(DecoderState& state, const torch::Tensor& tokens,
                     const torch::Tensor& counts = {});

  /// Hidden states [..., dim] to logits [..., target vocabulary].
  torch::Tensor project(const torch::Tensor& hidden) const;

  /// For a finished model: from here on matrix products use the weights as they are now, laid out
  /// for `precision`; no gradients. Throws UsageError where the device has no such products.
  void pack(WeightPrecision precision);

  /// [target vocabulary, dim]: project(h) = h · output_weight()ᵀ. For losses that form the logits
  /// piece by piece.
  const torch::Tensor& output_weight() const;

  const TransformerOptions& options() const { return options_; }
  const VocabularyShape& vocabulary() const { return vocabulary_; }
  ActivationSites& sites() { return *sites_; }
  /// All that a checkpoint holds of the model: parameters and registered buffers, those of methods
  /// included. The tensors themselves, by name.
  std::map<std::string, torch::Tensor> saved_tensors() const;
  /// Trainable numbers, tied tensors counted once.
  int64_t parameter_count() const;
  /// Multiply–adds ×2 of one training step (forward and backward) for this many source and target
  /// tokens, for utilisation figures; attention products excluded.
  double training_flops(int64_t source_length, int64_t target_length) const;

  // Members are named as they are registered: their names are the checkpoint format. A tensor
  // shared by several is registered once, under the target's name (target_tokens).
  TokenEmbedding source_tokens = nullptr;  // registered unless all embeddings are tied
  TokenEmbedding target_tokens = nullptr;
  std::shared_ptr<SourceEmbedding> source_embedding;
  std::shared_ptr<SequenceEmbedding> target_embedding;
  Encoder encoder = nullptr;
  Decoder decoder = nullptr;
  torch::Tensor output;  // [target vocabulary, dim], only where the output is tied to nothing

 private:
  void add_modules(const MethodModules& modules);
  void check_length(int64_t length, const char* side) const;

  TransformerOptions options_;
  VocabularyShape vocabulary_;
  std::shared_ptr<ActivationSites> sites_ = std::make_shared<ActivationSites>();
  const ActivationSite* source_site_;
  const ActivationSite* target_site_;
  PackedProduct packed_output_;
};
TORCH_MODULE(Transformer);

}  // namespace nmt
