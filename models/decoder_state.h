#pragma once

#include <torch/types.h>

#include <vector>

#include "models/cached_attention.h"
#include "models/extension_points.h"

namespace nmt {

/// Keys and values of incremental decoding. Rows are hypotheses: sentence s owns rows s·beam …
/// s·beam + beam − 1. What a token left behind is an entry that never moves; hypotheses name their
/// entries, and those with a common beginning name the same.
struct DecoderState {
  /// Self-attention, of every token fed: [layers, entries, 2, heads, head size], keys before
  /// values. The first `used` are filled; reserve() makes room for more.
  torch::Tensor self_entries;
  int64_t used = 0;
  /// [rows, length or more] int64: the entries of each row's tokens.
  torch::Tensor table;
  /// Cross-attention, one a layer: [entries, 2, heads, head size]. On a CPU entries are the
  /// source's real tokens and never move: `source_starts` [sentences] int64 says where a sentence's
  /// begin. Elsewhere it is undefined, and every sentence has `source_slots` of them, real tokens
  /// first.
  std::vector<torch::Tensor> cross_entries;
  torch::Tensor source_starts;
  torch::Tensor source_counts;  // [sentences, 1] int64; undefined where no sentence is padded
  int64_t source_slots = 0;     // most tokens of a source
  SentenceInfo info;            // of the rows
  int64_t beam = 1;
  int64_t max_length = 0;  // tokens that a row may have
  /// Tokens fed to each row so far: a number while all rows agree (`lengths` undefined); else
  /// `lengths` [rows] int64 has them, and `length` is an upper bound known on the host.
  int64_t length = 0;
  torch::Tensor lengths;

  int64_t rows() const { return table.size(0); }
  int64_t sentences() const { return rows() / beam; }

  /// Sets entries aside for n tokens of every row, at `positions` [rows or 1, n], row by row, and
  /// puts them down in the table. Returns the first.
  int64_t reserve(const torch::Tensor& positions);
  /// What cross-attention of a layer looks at.
  CachedKeys cross_keys(int64_t layer) const;

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
