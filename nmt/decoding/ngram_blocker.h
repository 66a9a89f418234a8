#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace nmt {

/// Keeps hypotheses from writing the same n tokens twice in a sentence (Paulus et al. 2018, section
/// 2.5). Its forced beginning counts; the sentences before it, where a row is several sentences of
/// a document, do not: texts repeat themselves. Works on the device.
class NgramBlocker {
 public:
  /// `prefixes`: each sentence's forced tokens, without BOS. `order` > 0 is n.
  NgramBlocker(int64_t order, const std::vector<std::vector<int32_t>>& prefixes, int64_t pad,
               int64_t eos, torch::Device device);

  /// Sets to −∞ in `log_probs` [sentences·beam, vocabulary] what would repeat an n-gram.
  void block(torch::Tensor& log_probs) const;
  /// Goes on with `tokens` [sentences, beam] after hypotheses `parents`.
  void advance(const torch::Tensor& tokens, const torch::Tensor& parents);
  void select(const torch::Tensor& sentences) { history_ = history_.index_select(0, sentences); }

 private:
  int64_t order_, pad_, eos_;
  torch::Tensor history_;  // [sentences, beam or 1, tokens], padded on the LEFT, so that all
                           // hypotheses end together
};

}  // namespace nmt
