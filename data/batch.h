#pragma once

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/token_pair.h"

// What the trainer hands to a criterion and the decoder to an encoder. All tensors of a batch are
// on one device.

namespace nmt {

/// One side that goes into the encoder.
struct SourceBatch {
  torch::Tensor ids;      // [batch, source] int64, padded on the right; each row ends in EOS
  torch::Tensor lengths;  // [batch] int64, EOS (and tags) counted
  /// What methods key their per-sentence behaviour on: index into the run's table of directions,
  /// and into its table of languages. All [batch] int64; 0 in a run with one direction.
  torch::Tensor direction, source_language, target_language;
  /// What a method's BatchAnnotator adds, by the method's own names (spans of semantic units …).
  std::map<std::string, torch::Tensor> annotations;
  /// False when every row fills the whole width. Known on the host, so that attention can go
  /// without a mask and nobody has to ask the device; true is always safe.
  bool padded = true;

  int64_t size() const { return ids.size(0); }
  /// [batch, source] bool, true at real tokens.
  torch::Tensor mask() const;
  SourceBatch to(const torch::Device& device) const;
};

struct Batch {
  SourceBatch source;
  torch::Tensor target_input;    // [batch, target] int64: BOS y1 … yn, padded on the right
  torch::Tensor target_output;   // [batch, target] int64: y1 … yn EOS, padded on the right
  torch::Tensor target_lengths;  // [batch] int64: positions in target_input that are real
  /// Key of counter-based randomness: [batch] int64, unique for each instance of the corpus, the
  /// same in every epoch.
  torch::Tensor instance_ids;
  /// Documents: [batch] int64 index of the instance's document and of its first sentence in it; -1
  /// without documents.
  torch::Tensor document, document_position;

  int64_t size() const { return source.size(); }
  /// Real tokens, EOS counted. Known on the host: asking costs no synchronisation.
  int64_t source_tokens = 0, target_tokens = 0;
  torch::Tensor target_mask() const;  // [batch, target] bool, true at real positions
  /// [target_tokens] int64: where the real positions lie in a flattened [batch · target], row by
  /// row. Costs no synchronisation, because `target_tokens` is known.
  torch::Tensor target_positions() const;
  Batch to(const torch::Device& device) const;
};

/// Pads pairs into one batch on the CPU. `pad` and `bos` are the vocabulary's ids. Throws Error for
/// a pair whose source has no token: attention needs at least the EOS.
Batch make_batch(const std::vector<TokenPair>& pairs, int64_t pad, int64_t bos);
SourceBatch make_source_batch(const std::vector<TokenPair>& pairs, int64_t pad);

}  // namespace nmt
