#pragma once

#include <torch/types.h>

#include <vector>

#include "models/extension_points.h"

namespace nmt {

/// Keys and values of incremental decoding. Rows are hypotheses: sentence s owns rows s·beam …
/// s·beam + beam − 1.
struct DecoderState {
  /// Self-attention, set aside once: [layers, 2, rows, heads, max_length, head size], keys before
  /// values.
  torch::Tensor self_cache;
  /// A second one of the same size into which select() gathers; the two then change places.
  torch::Tensor spare_cache;
  /// Cross-attention, one a layer: [2, sentences, heads, source, head size]; never copied for the
  /// beam.
  std::vector<torch::Tensor> cross_cache;
  torch::Tensor memory_mask;  // [sentences, source] bool; undefined where no sentence is padded
  SentenceInfo info;          // of the rows
  int64_t beam = 1;
  /// Tokens fed to each row so far: a number while all rows agree (`lengths` undefined); else
  /// `lengths` [rows] int64 has them, and `length` is an upper bound known on the host.
  int64_t length = 0;
  torch::Tensor lengths;

  int64_t rows() const { return self_cache.size(2); }
  int64_t sentences() const { return cross_cache.front().size(1); }
  int64_t max_length() const { return self_cache.size(4); }

  /// Keeps `rows_to_keep` [new rows] int64, in that order: beams change places, finished sentences
  /// leave, and hypotheses multiply (a prefix is fed with beam 1, then every row repeated).
  /// `sentences_to_keep` [new sentences] int64 names the sentences that stay (undefined: all,
  /// unchanged). Rows must be grouped by them, equally many each: that number is the new beam.
  void select(const torch::Tensor& rows_to_keep, const torch::Tensor& sentences_to_keep = {});

  /// Counts tokens that have been fed: `count` to every row, or `counts` [rows] int64 of them where
  /// rows differ.
  void advance(int64_t count, const torch::Tensor& counts);
};

}  // namespace nmt
