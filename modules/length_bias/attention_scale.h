#pragma once

#include <memory>
#include <optional>
#include <string>

#include "models/extension_points.h"
#include "modules/length_bias/options.h"

// Length-normalised attention: softmax(λ(n) · q kᵀ / √d) with λ(n) = max(ln n, 0.1) / ln n0 for a
// query that attends to n keys. Attention spreads out as sequences grow; with λ the weight on a
// relevant key stays what it is at the reference length n0 (log-n scaling: Chiang and Cholak 2022).

namespace nmt::length_bias {

/// The lengths at which attention is as without the method, in tokens; at least 2. Fixed for a run
/// before its first update, because trained weights depend on them.
struct ReferenceLengths {
  double source = 0;  // encoder and cross-attention
  double target = 0;  // decoder self-attention: a mean over prefixes

  /// Throws UsageError for lengths below 2, for which λ is not defined.
  void require_valid() const;
  /// As JSON in `file`; doubles come back as they were. load() gives nothing when there is no such
  /// file.
  void save(const std::string& file) const;
  static std::optional<ReferenceLengths> load(const std::string& file);
};

/// λ(n) for `counts` [any shape] int64, in fp32: exactly 1 where n is n0.
torch::Tensor attention_factor(const torch::Tensor& counts, double reference);

/// n is the number of real source tokens of the row for encoder and cross-attention, and for
/// decoder self-attention the number of decoder inputs up to the query, BOS counted: the same in
/// incremental decoding, so that cached keys and values stay valid.
class LengthNormalisedScale : public AttentionScale {
 public:
  /// `sites`: as AttentionOptions::sites.
  explicit LengthNormalisedScale(const std::vector<std::string>& sites);

  void set_reference(const ReferenceLengths& reference);
  const std::optional<ReferenceLengths>& reference() const { return reference_; }

  /// Throws UsageError when the reference lengths have not been set.
  torch::Tensor scale(AttentionKind kind, const torch::Tensor& key_counts,
                      const torch::Tensor& query_positions) override;

 private:
  bool encoder_, decoder_, cross_;
  std::optional<ReferenceLengths> reference_;
};

}  // namespace nmt::length_bias
