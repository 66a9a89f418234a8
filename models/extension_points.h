#pragma once

#include <torch/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "models/transformer_options.h"

// The places inside the model where a translation method plugs in. The model names no method; where
// nobody plugs in, nothing is computed. Decoding on a CPU passes several batches through one model
// at the same time, so what plugs in must not change itself in evaluation; listeners may, unless
// they are position-wise, since with them it is one batch after the other.

namespace torch::nn {
class Module;
}

namespace nmt {

/// What layers know of the sentences behind the rows they work on. In beam search rows are
/// hypotheses: select() keeps this in step with them.
struct SentenceInfo {
  torch::Tensor direction, source_language, target_language;  // [rows] int64
  /// [rows, source] bool, true at real tokens of the encoder's memory (not necessarily a prefix: a
  /// SourceEmbedding may lay several padded sequences side by side).
  torch::Tensor source_mask;
  /// False when source_mask is known, on the host, to be true everywhere: attention then goes
  /// without it.
  bool source_padded = true;
  /// [rows] int64: real source tokens, i.e. source_mask.sum(1).
  torch::Tensor source_counts;
  /// [rows, target] bool in teacher forcing, undefined in incremental decoding.
  torch::Tensor target_mask;
  /// [tokens] int64, defined only where activations are the real tokens of all rows laid end to
  /// end, [1, tokens, width]: the row of each. Only what is position-wise sees this; all that is
  /// said of rows here stays by row.
  torch::Tensor token_rows;

  /// Of rows, whose tokens do not lie end to end.
  SentenceInfo select(const torch::Tensor& rows) const;

  /// What is known of rows, [rows, …], to where it is broadcast over activations, whether these are
  /// rows or tokens laid end to end: [rows, 1, …] or [1, tokens, …].
  torch::Tensor at_positions(const torch::Tensor& of_rows) const;
};

/// The embedded source sequence: what enters the encoder's first layer.
struct EmbeddedSource {
  torch::Tensor states;  // [batch, source, dim]
  torch::Tensor mask;    // [batch, source] bool, true at real tokens
  bool padded = true;    // false when the mask is known, on the host, to be true everywhere
  /// [batch or 1, source] int64, for rotary positions. Undefined: 0, 1, 2 …
  torch::Tensor positions;
};

enum class AttentionKind { kEncoderSelf, kDecoderSelf, kCross };

/// A factor for each projected query, applied in fp32 before the 1/sqrt(head size) of the fused
/// kernel, which therefore stays usable. Length-normalised attention is one. Exclusive: one per
/// model.
class AttentionScale {
 public:
  virtual ~AttentionScale() = default;
  /// The factor for `kind`, fp32, broadcastable to [rows, queries]: [rows, 1], [1, queries] or
  /// [rows, queries]. An undefined tensor leaves the queries as they are. `key_counts` [rows]
  /// int64: real keys a row attends to (encoder self, cross); undefined for decoder self-attention.
  /// `query_positions` [rows or 1, queries] int64, 0-based: position of each query in the decoder
  /// input; undefined for encoder self-attention. In incremental decoding these are the same values
  /// as in teacher forcing.
  virtual torch::Tensor scale(AttentionKind kind, const torch::Tensor& key_counts,
                              const torch::Tensor& query_positions) = 0;
};

/// Which side's positions an activation is measured over.
enum class ActivationSide { kSource, kTarget };

/// A named activation inside a layer. A fused projection is one site with several parts ("q", "k",
/// "v").
struct ActivationSite {
  struct Part {
    std::string name;  // "encoder.0.self_attention.q"
    int64_t offset;    // first column of the part in the site's last dimension
    int64_t width;
  };
  std::string name;  // "encoder.0.self_attention.qkv"
  ActivationSide side = ActivationSide::kSource;
  std::vector<Part> parts;
};

/// Observes or replaces activations.
class ActivationListener {
 public:
  virtual ~ActivationListener() = default;
  /// `h` [rows, length, width] is the site's value; returns what the model goes on with: `h` itself
  /// or a replacement of the same shape. It must not change `h` in place, but may keep it, which
  /// nobody else changes either.
  virtual torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                                      const SentenceInfo& info) = 0;

  /// Whether each position's values are treated by themselves, by what is known of its sentence,
  /// whatever rows and lengths there are; on_activation() may then be called from several threads
  /// at once, and finds a position's sentence by SentenceInfo::at_positions. Decoding on a CPU is
  /// fast only where all listeners are: real tokens come laid end to end, [1, tokens, width] with
  /// info.token_rows, and several batches pass at a time. Others get padded rows, and one batch
  /// after the other.
  virtual bool position_wise() const { return false; }
};

/// All activation sites of a model, in the order of the forward pass. Layers own a handle each; a
/// listener joins with one call and hears every site. Listeners compose in the order of joining.
class ActivationSites {
 public:
  /// Called by layers as they are built; the returned handle stays valid as long as the registry.
  const ActivationSite* add(ActivationSite site);
  /// A site that is one part of its own name.
  const ActivationSite* add_whole(const std::string& name, ActivationSide side, int64_t width);
  void listen(std::shared_ptr<ActivationListener> listener);
  void forget(const std::shared_ptr<ActivationListener>& listener);
  const std::vector<std::unique_ptr<ActivationSite>>& sites() const { return sites_; }
  /// Whether anybody listens.
  bool heard() const { return !listeners_.empty(); }
  /// Whether a listener is not position-wise. If so, layers see padded batches, and one batch is
  /// decoded at a time.
  bool needs_rows() const;

  /// Returns `h` untouched when nobody listens.
  torch::Tensor apply(const ActivationSite* site, torch::Tensor h, const SentenceInfo& info) const {
    if (!heard()) return h;
    return notify(site, std::move(h), info);
  }

 private:
  torch::Tensor notify(const ActivationSite* site, torch::Tensor h, const SentenceInfo& info) const;
  std::vector<std::unique_ptr<ActivationSite>> sites_;
  std::vector<std::shared_ptr<ActivationListener>> listeners_;
};

/// Where in the model a layer stands, and what it needs to be built there.
struct LayerContext {
  TransformerOptions options;
  std::shared_ptr<ActivationSites> sites;
  ActivationSide side = ActivationSide::kSource;
  int64_t layer = 0;  // from 0, in its stack
  std::string name;   // "encoder.0"
};

class SourceEmbedding;
class TokenEmbedding;
class FeedForwardLayer;

/// Builds the module that embeds the source in place of PlainSourceEmbedding; receives the source's
/// token embedding.
using SourceEmbeddingFactory = std::function<std::shared_ptr<SourceEmbedding>(
    const TokenEmbedding& tokens, const TransformerOptions& options)>;

/// Builds the module that stands where a layer's feed-forward sub-layer does, or returns null to
/// leave the plain one.
using FeedForwardFactory =
    std::function<std::shared_ptr<FeedForwardLayer>(const LayerContext& context)>;

/// Modules by the name under which the model registers them: the method's.
using MethodModules = std::map<std::string, std::shared_ptr<torch::nn::Module>>;

/// What methods plug into the model before it is built. The first three are exclusive: one per
/// model.
struct ModelExtensions {
  SourceEmbeddingFactory source_embedding;          // null: embed the ids as they are
  FeedForwardFactory feed_forward;                  // null: FeedForward everywhere
  std::shared_ptr<AttentionScale> attention_scale;  // null: none
  /// What belongs to the model and is part of none of its layers. Parameters and buffers become the
  /// model's, "<method>.<name>".
  MethodModules modules;
};

}  // namespace nmt
