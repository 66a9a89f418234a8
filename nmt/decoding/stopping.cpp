#include "nmt/decoding/stopping.h"

#include <torch/torch.h>

#include <algorithm>

namespace nmt {

PrefixShape prefix_shape(const std::vector<int32_t>& prefix, int64_t eos, int64_t tags) {
  PrefixShape shape{.since_eos = -tags};
  for (const int32_t token : prefix) {
    ++shape.length;
    ++shape.since_eos;
    if (token != eos) continue;
    ++shape.eos;
    shape.since_eos = 0;
  }
  return shape;
}

StopTracker::StopTracker(const std::vector<StoppingRule>& rules,
                         const std::vector<PrefixShape>& prefixes, int64_t eos,
                         torch::Device device)
    : eos_(eos) {
  std::vector<int64_t> sentences, room, min_tokens, eos_count, since_eos;
  for (size_t i = 0; i < rules.size(); ++i) {
    rows_.push_back({rules[i], prefixes[i]});
    sentences.push_back(rules[i].sentences);
    room.push_back(rules[i].max_length - prefixes[i].length);
    min_tokens.push_back(rules[i].min_sentence_tokens);
    eos_count.push_back(prefixes[i].eos);
    since_eos.push_back(prefixes[i].since_eos);
  }
  const auto column = [&](const std::vector<int64_t>& values) {
    return torch::tensor(values, torch::kLong).view({-1, 1}).to(device);
  };
  sentences_ = column(sentences), room_ = column(room), min_tokens_ = column(min_tokens);
  eos_count_ = column(eos_count), since_eos_ = column(since_eos);
  several_ = std::any_of(rules.begin(), rules.end(),
                         [](const StoppingRule& rule) { return rule.sentences > 1; });
}

torch::Tensor StopTracker::blocked() const {
  const bool possible = std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    const int64_t least = row.rule.sentences > 1 ? 0 : row.prefix.since_eos + step_;
    return least < row.rule.min_sentence_tokens;
  });
  return possible ? since_eos_ < min_tokens_ : torch::Tensor();
}

torch::Tensor StopTracker::forced() const {
  const bool possible = std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    const int64_t most_missing = row.rule.sentences - row.prefix.eos - 1;
    return row.prefix.length + step_ + most_missing >= row.rule.max_length;
  });
  return possible ? step_ + sentences_ - eos_count_ - 1 >= room_ : torch::Tensor();
}

torch::Tensor StopTracker::finishing(const torch::Tensor& tokens,
                                     const torch::Tensor& parents) const {
  torch::Tensor is_eos = tokens == eos_;
  if (!several_) return is_eos;
  return is_eos & (eos_count_.gather(1, parents) + 1 >= sentences_);
}

bool StopTracker::at_budget() const {
  return std::any_of(rows_.begin(), rows_.end(), [&](const Row& row) {
    return row.prefix.length + step_ >= row.rule.max_length;
  });
}

int64_t StopTracker::longest() const {
  int64_t longest = 0;
  for (const Row& row : rows_) longest = std::max(longest, row.prefix.length + step_);
  return longest;
}

void StopTracker::advance(const torch::Tensor& tokens, const torch::Tensor& parents) {
  ++step_;
  if (!several_) {
    // No live hypothesis holds an EOS of its own: all of a sentence's hypotheses agree, and there
    // is no EOS to count.
    since_eos_ = since_eos_ + 1;
    return;
  }
  const torch::Tensor is_eos = tokens == eos_;
  eos_count_ = eos_count_.gather(1, parents) + is_eos;
  since_eos_ = (since_eos_.gather(1, parents) + 1).masked_fill_(is_eos, 0);
}

void StopTracker::select(const torch::Tensor& sentences, const std::vector<int64_t>& kept) {
  std::vector<Row> rows;
  rows.reserve(kept.size());
  for (const int64_t sentence : kept) rows.push_back(rows_[sentence]);
  rows_ = std::move(rows);
  for (torch::Tensor* tensor : {&sentences_, &room_, &min_tokens_, &eos_count_, &since_eos_})
    *tensor = tensor->index_select(0, sentences);
}

}  // namespace nmt
