#pragma once

#include <torch/types.h>

#include <cstdint>
#include <vector>

namespace nmt {

/// When a translation ends. The ordinary case is one sentence; document decoding requires an exact
/// number of them: an EOS before the `sentences`-th is a token like any other (it separates
/// sentences), the `sentences`-th finishes the hypothesis.
struct StoppingRule {
  int64_t sentences = 1;
  /// Most tokens before the last EOS, forced prefix and inner EOS counted. With t tokens so far
  /// (prefix counted), c of them EOS, EOS is forced once t + (sentences − c − 1) >= max_length, so
  /// that the missing EOS just fit. Search raises it where prefix and missing EOS alone need more.
  int64_t max_length = 0;
  /// EOS is not allowed while the sentence being written, its forced tokens counted, has fewer
  /// tokens. A forced EOS wins.
  int64_t min_sentence_tokens = 0;
  /// The first so many forced tokens are tags, no part of the first sentence.
  int64_t tags = 0;
};

/// A row's forced beginning, as far as stopping depends on it.
struct PrefixShape {
  int64_t length = 0;     // tokens
  int64_t eos = 0;        // EOS among them
  int64_t since_eos = 0;  // tokens after the last EOS, tags left out
};
PrefixShape prefix_shape(const std::vector<int32_t>& prefix, int64_t eos, int64_t tags);

/// Applies the rules of a batch's sentences to all their hypotheses, on the device. What the host
/// can know without asking the device (which step it is, whether any rule can bite) decides whether
/// tensors are touched at all, so that ordinary search pays nothing.
class StopTracker {
 public:
  StopTracker(const std::vector<StoppingRule>& rules, const std::vector<PrefixShape>& prefixes,
              int64_t eos, torch::Device device);

  /// [sentences, beam or 1] bool: hypotheses that must not take EOS now. Undefined when there can
  /// be none.
  torch::Tensor blocked() const;
  /// [sentences, beam or 1] bool: hypotheses that must take EOS now. Undefined when there can be
  /// none.
  torch::Tensor forced() const;
  /// Which continuations finish their hypothesis: bool like `tokens` [sentences, n], which follow
  /// hypotheses `parents`.
  torch::Tensor finishing(const torch::Tensor& tokens, const torch::Tensor& parents) const;
  /// Whether a sentence has reached its budget, so that it ends with this step.
  bool at_budget() const;
  /// Tokens of the longest hypothesis, forced prefix included.
  int64_t longest() const;

  /// Goes on with `tokens` [sentences, beam] after hypotheses `parents`.
  void advance(const torch::Tensor& tokens, const torch::Tensor& parents);
  /// Keeps these sentences: indices on the device and the same on the host.
  void select(const torch::Tensor& sentences, const std::vector<int64_t>& kept);

 private:
  struct Row {
    StoppingRule rule;
    PrefixShape prefix;
  };
  std::vector<Row> rows_;
  int64_t eos_, step_ = 0;
  bool several_;  // a rule asks for more than one sentence
  torch::Tensor sentences_, room_,
      min_tokens_;                       // [sentences, 1]; room = max_length − prefix length
  torch::Tensor eos_count_, since_eos_;  // [sentences, beam or 1]
};

}  // namespace nmt
