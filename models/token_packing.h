#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace nmt {

/// The real tokens of a padded batch laid end to end, row by row. What works on every position by
/// itself (products, norms, residual sums) then does no work for padding; attention is computed
/// sentence by sentence. For batches on a CPU, whose mask the host can read.
class TokenPacking {
 public:
  /// Neighbouring rows with equally many tokens: packed, they are a batch without padding.
  struct Group {
    int64_t first_token, rows, length;
  };

  /// `mask` [rows, length] bool, true at real tokens, which need not be a prefix of their row.
  explicit TokenPacking(const torch::Tensor& mask);

  /// [rows or 1, length or 1, …] to [1, tokens, …].
  torch::Tensor pack(const torch::Tensor& padded) const;
  /// [1, tokens, …] to [rows, length, …], zero at padding.
  torch::Tensor unpack(const torch::Tensor& packed) const;

  const std::vector<Group>& groups() const { return groups_; }
  /// [rows] int64: where each row's tokens begin.
  torch::Tensor starts() const;
  /// [tokens] int64: the row of each token.
  torch::Tensor token_rows() const;

 private:
  int64_t rows_, length_;
  torch::Tensor places_;  // [tokens] int64, in the flattened [rows · length]
  std::vector<Group> groups_;
};

}  // namespace nmt
