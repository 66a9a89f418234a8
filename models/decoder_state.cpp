#include "models/decoder_state.h"

#include <torch/torch.h>

#include <utility>

namespace nmt {

namespace {

constexpr int64_t kRows = 2, kSlots = 4;  // dimensions of the self-attention cache

}  // namespace

void DecoderState::advance(int64_t count, const torch::Tensor& counts) {
  if (counts.defined() && !lengths.defined()) {
    // From here on rows look at slots that they have not written yet, under a mask: these must not
    // hold garbage, because nothing times NaN is NaN.
    self_cache.narrow(kSlots, length + count, max_length() - length - count).zero_();
    spare_cache = torch::Tensor();
    lengths = torch::full_like(counts, length);
  }
  if (lengths.defined()) lengths = counts.defined() ? lengths + counts : lengths + count;
  length += count;
}

void DecoderState::select(const torch::Tensor& rows_to_keep,
                          const torch::Tensor& sentences_to_keep) {
  const torch::NoGradGuard no_grad;
  const int64_t count = rows_to_keep.size(0);
  const bool regrouped = sentences_to_keep.defined() || count != rows();
  if (!spare_cache.defined() || spare_cache.size(kRows) < count) {
    auto sizes = self_cache.sizes().vec();
    sizes[kRows] = count;
    spare_cache = lengths.defined() ? torch::zeros(sizes, self_cache.options())
                                    : torch::empty(sizes, self_cache.options());
  }
  // Slots beyond `length` hold nothing yet.
  torch::Tensor gathered = spare_cache.narrow(kRows, 0, count).narrow(kSlots, 0, length);
  at::index_select_out(gathered, self_cache.narrow(kSlots, 0, length), kRows, rows_to_keep);
  std::swap(self_cache, spare_cache);
  self_cache = self_cache.narrow(kRows, 0, count);

  if (sentences_to_keep.defined()) {
    for (torch::Tensor& layer : cross_cache) layer = layer.index_select(1, sentences_to_keep);
    if (memory_mask.defined()) memory_mask = memory_mask.index_select(0, sentences_to_keep);
  }
  // Hypotheses of one sentence share what is known of it.
  if (regrouped) info = info.select(rows_to_keep);
  if (lengths.defined()) lengths = lengths.index_select(0, rows_to_keep);
  beam = count / sentences();
}

}  // namespace nmt
