#pragma once

#include <torch/types.h>

#include <vector>

#include "models/extension_points.h"

namespace nmt {

/// Keys and values of incremental decoding. Rows are hypotheses: sentence s owns rows s·beam … s·beam + beam − 1.
struct DecoderState {
  struct Layer {
    torch::Tensor self_keys, self_values;    // [rows, heads, max_length, head size]
    torch::Tensor cross_keys, cross_values;  // [sentences, heads, source, head size]; never copied for the beam
  };
  std::vector<Layer> layers;
  torch::Tensor memory_mask;  // [sentences, source] bool
  SentenceInfo info;          // of the rows
  int64_t beam = 1;
  /// Tokens fed so far: one number when all rows agree (`lengths` undefined), else [rows] int64.
  int64_t length = 0;
  torch::Tensor lengths;

  int64_t rows() const;
  /// Keeps `rows` [new rows] int64, in that order: beams change places, finished sentences leave. `sentences` [new
  /// sentences] int64 names the sentences that stay (undefined: all, unchanged); rows must be grouped by them.
  void select(const torch::Tensor& rows, const torch::Tensor& sentences = {});
};

}  // namespace nmt
