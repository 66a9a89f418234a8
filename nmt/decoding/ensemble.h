#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

#include "models/transformer.h"

namespace nmt {

/// One model, or several that share a vocabulary, asked together for the next token. Several
/// models' PROBABILITIES are averaged, as in fairseq (Marian averages log-probabilities instead).
class Ensemble {
 public:
  /// What incremental decoding remembers, a state a model. Rows are hypotheses, grouped by
  /// sentence.
  using State = std::vector<DecoderState>;

  /// Throws Error when there is no model, or when vocabularies or devices differ.
  explicit Ensemble(std::vector<Transformer> models);

  /// Encodes `source`, on the models' device, and sets aside a cache of `max_length` positions for
  /// one row a sentence.
  State start(const SourceBatch& source, int64_t max_length) const;

  /// Feeds tokens [rows, n], right-padded where `counts` [rows] (undefined: all n) says so, and
  /// returns the log-probabilities of what follows each row's last real token: [rows, vocabulary],
  /// fp32 or double, the caller's to change.
  torch::Tensor step(State& state, const torch::Tensor& tokens,
                     const torch::Tensor& counts = {}) const;

  /// DecoderState::select for all models.
  static void select(State& state, const torch::Tensor& rows, const torch::Tensor& sentences = {});
  /// Tells the caches that no remaining row holds more than `length` tokens. Where rows are of
  /// unequal length, they only know a bound, which rows that left may have set.
  static void set_length(State& state, int64_t length);

  /// Teacher forcing: log-probabilities [tokens] of `batch`'s target tokens at its real positions,
  /// row by row. The vocabulary is gone through `chunk` positions at a time, so that no [batch,
  /// target, vocabulary] tensor is held.
  torch::Tensor score(const Batch& batch, int64_t chunk = 2048) const;

  torch::Device device() const { return device_; }
  int64_t vocabulary_size() const { return vocabulary_size_; }
  /// Longest decoder input and longest source, in tokens, that every model accepts.
  int64_t max_positions() const { return max_positions_; }
  const std::vector<Transformer>& models() const { return models_; }

 private:
  std::vector<Transformer> models_;
  torch::Device device_;
  int64_t vocabulary_size_, max_positions_;
};

/// Puts models into evaluation mode for its lifetime and switches gradients off; restores both.
class EvaluationMode {
 public:
  explicit EvaluationMode(const std::vector<Transformer>& models);
  ~EvaluationMode();
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  std::vector<Transformer> training_;
  torch::NoGradGuard no_grad_;
};

}  // namespace nmt
