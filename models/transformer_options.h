#pragma once

#include <cstdint>
#include <string>

#include "nmt/options/option_table.h"

namespace nmt {

enum class NormPosition { kPre, kPost };
enum class PositionKind { kSinusoidal, kLearned, kRotary };
enum class Activation { kRelu, kGelu, kSwiglu };
/// Which of the source embedding, target embedding and output projection are one tensor.
enum class TiedEmbeddings { kNone, kTarget, kAll };

inline EnumNames<NormPosition> enum_names(NormPosition) {
  return {{NormPosition::kPre, "pre"}, {NormPosition::kPost, "post"}};
}
inline EnumNames<PositionKind> enum_names(PositionKind) {
  return {{PositionKind::kSinusoidal, "sinusoidal"},
          {PositionKind::kLearned, "learned"},
          {PositionKind::kRotary, "rotary"}};
}
inline EnumNames<Activation> enum_names(Activation) {
  return {
      {Activation::kRelu, "relu"}, {Activation::kGelu, "gelu"}, {Activation::kSwiglu, "swiglu"}};
}
inline EnumNames<TiedEmbeddings> enum_names(TiedEmbeddings) {
  return {{TiedEmbeddings::kNone, "none"},
          {TiedEmbeddings::kTarget, "target"},
          {TiedEmbeddings::kAll, "all"}};
}

/// Shape of the encoder–decoder Transformer (Vaswani et al. 2017). The defaults are its "base"
/// size.
struct TransformerOptions {
  std::string preset = "base";      // base, big, iwslt, tiny: see apply_preset
  int64_t dim = 512;                // width of the residual stream
  int64_t heads = 8;                // attention heads; must divide dim
  int64_t feed_forward_dim = 2048;  // hidden width of the feed-forward layers
  int64_t encoder_layers = 6;
  int64_t decoder_layers = 6;
  NormPosition norm = NormPosition::kPre;
  PositionKind positions = PositionKind::kSinusoidal;
  Activation activation = Activation::kRelu;
  TiedEmbeddings tied_embeddings = TiedEmbeddings::kAll;
  bool embedding_norm = false;      // layer norm on the embedded sequence, before dropout
  int64_t max_positions = 1024;     // longest sequence, in tokens, that the model accepts
  double dropout = 0.1;             // on embeddings and on each sub-layer's output
  double attention_dropout = 0.0;   // on attention weights
  double activation_dropout = 0.0;  // after the feed-forward activation
  double layer_dropout = 0.0;       // probability of skipping a whole layer (Fan et al. 2020)
  double word_dropout = 0.0;        // probability of zeroing a token's whole embedding
};

/// Sets the sizes (and dropout) that go by a preset's name. Throws UsageError for an unknown name.
void apply_preset(TransformerOptions& options, const std::string& name);

void declare(OptionTable& table, TransformerOptions& options);

/// Throws UsageError when options contradict each other (heads that do not divide dim, …).
void validate(const TransformerOptions& options);

}  // namespace nmt
