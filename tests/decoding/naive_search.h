#pragma once

#include <torch/torch.h>

#include <algorithm>
#include <cmath>
#include <tuple>
#include <vector>

#include "tests/decoding/random_models.h"

// Beam search written down as plainly as possible: one sentence, one hypothesis at a time,
// everything computed anew from the start of the sentence at every step. No cache, no batch, no
// tensors but the model's.

namespace nmt::test {

struct NaiveHypothesis {
  std::vector<int32_t> tokens;  // after the prefix, last EOS left out once finished
  double log_prob = 0, score = 0;
};

inline std::vector<double> next_log_probs(const std::vector<Transformer>& models,
                                          const std::vector<int32_t>& source,
                                          const std::vector<int32_t>& target, int64_t bos = kBos) {
  std::vector<int64_t> input{bos};
  input.insert(input.end(), target.begin(), target.end());
  std::vector<double> mean;
  for (Transformer model : models) {
    const torch::NoGradGuard no_grad;
    const Memory memory = model->encode(source_batch({source}));
    const torch::Tensor hidden = model->decode(memory, torch::tensor(input).unsqueeze(0), {});
    const torch::Tensor logits =
        model->project(hidden).select(1, static_cast<int64_t>(input.size()) - 1)[0].contiguous();
    const double* z = logits.data_ptr<double>();
    const int64_t size = logits.size(0);
    const double largest = *std::max_element(z, z + size);
    double total = 0;
    for (int64_t v = 0; v < size; ++v) total += std::exp(z[v] - largest);
    mean.resize(size, 0.0);
    for (int64_t v = 0; v < size; ++v)
      mean[v] += std::exp(z[v] - largest) / total / static_cast<double>(models.size());
  }
  for (double& p : mean) p = std::log(p);
  return mean;
}

inline bool repeats_ngram(const std::vector<int32_t>& text, int32_t token, int64_t n,
                          int32_t eos = kEos) {
  if (n == 0) return false;
  const auto sentence = std::find(text.rbegin(), text.rend(), eos).base();
  std::vector<int32_t> all(sentence, text.end());
  all.push_back(token);
  if (std::ssize(all) < n) return false;
  const std::vector<int32_t> last(all.end() - n, all.end());
  if (std::count(last.begin(), last.end(), eos) > 0) return false;
  for (auto begin = all.begin(); begin + n < all.end(); ++begin)
    if (std::equal(last.begin(), last.end(), begin)) return true;
  return false;
}

inline std::vector<NaiveHypothesis> naive_search(const std::vector<Transformer>& models,
                                                 const std::vector<int32_t>& source,
                                                 const std::vector<int32_t>& prefix,
                                                 StoppingRule rule, const DecodingOptions& options,
                                                 const SearchTokens& special) {
  struct Candidate {
    double log_prob;
    size_t parent;
    int32_t token;
  };
  const auto beam = static_cast<size_t>(options.beam);
  const auto end = static_cast<int32_t>(special.eos);
  const int64_t done = std::count(prefix.begin(), prefix.end(), end);
  rule.max_length =
      std::max<int64_t>(rule.max_length, std::ssize(prefix) + rule.sentences - done - 1);
  std::vector<NaiveHypothesis> live(1), finals;
  for (int64_t t = std::ssize(prefix); !live.empty() && finals.size() < beam; ++t) {
    std::vector<Candidate> candidates;
    std::vector<std::vector<int32_t>> texts;
    for (size_t b = 0; b < live.size(); ++b) {
      std::vector<int32_t> text = prefix;
      text.insert(text.end(), live[b].tokens.begin(), live[b].tokens.end());
      const int64_t eos = std::count(text.begin(), text.end(), end);
      int64_t since = std::find(text.rbegin(), text.rend(), end) - text.rbegin();
      if (eos == 0) since -= rule.tags;
      const bool forced = t + (rule.sentences - eos - 1) >= rule.max_length;
      const std::vector<double> log_probs = next_log_probs(models, source, text, special.bos);
      for (int32_t token = 0; token < std::ssize(log_probs); ++token) {
        if (forced && token != end) continue;
        if (token == special.pad || token == special.bos) continue;
        if (std::count(special.excluded.begin(), special.excluded.end(), token) > 0) continue;
        if (!forced && token == end && since < rule.min_sentence_tokens) continue;
        if (!forced && repeats_ngram(text, token, options.no_repeat_ngram, end)) continue;
        candidates.push_back({live[b].log_prob + log_probs[token], b, token});
      }
      texts.push_back(text);
    }
    std::sort(candidates.begin(), candidates.end(), [](const Candidate& x, const Candidate& y) {
      return std::tuple(-x.log_prob, x.parent, x.token) <
             std::tuple(-y.log_prob, y.parent, y.token);
    });
    if (candidates.size() > 2 * beam) candidates.resize(2 * beam);
    std::vector<NaiveHypothesis> next;
    for (size_t rank = 0; rank < candidates.size(); ++rank) {
      const Candidate& c = candidates[rank];
      NaiveHypothesis h = live[c.parent];
      h.log_prob = c.log_prob;
      const std::vector<int32_t>& text = texts[c.parent];
      const bool finishes =
          c.token == end && std::count(text.begin(), text.end(), end) + 1 >= rule.sentences;
      if (finishes) {
        const double length = static_cast<double>(h.tokens.size()) + 1;
        switch (options.lenpen_kind) {
          case LengthPenalty::kNone:
            h.score = h.log_prob;
            break;
          case LengthPenalty::kPower:
            h.score = h.log_prob / std::pow(length, options.lenpen);
            break;
          case LengthPenalty::kGnmt:
            h.score = h.log_prob * std::pow(6 / (5 + length), options.lenpen);
            break;
        }
        if (rank < beam && finals.size() < beam) finals.push_back(h);
      } else if (next.size() < beam) {
        h.tokens.push_back(c.token);
        next.push_back(h);
      }
    }
    live = next;
  }
  std::stable_sort(finals.begin(), finals.end(),
                   [](const auto& a, const auto& b) { return a.score > b.score; });
  if (std::ssize(finals) > options.n_best) finals.resize(options.n_best);
  return finals;
}

}  // namespace nmt::test
