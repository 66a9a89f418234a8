#include "models/decoder_state.h"

#include <torch/torch.h>

#include <algorithm>
#include <utility>

namespace nmt {

int64_t DecoderState::reserve(const torch::Tensor& positions) {
  const int64_t n = positions.size(1), first = used;
  used += rows() * n;
  if (used > self_entries.size(1)) {
    auto sizes = self_entries.sizes().vec();
    sizes[1] = std::max(used, 2 * sizes[1]);
    torch::Tensor larger = torch::empty(sizes, self_entries.options());
    larger.narrow(1, 0, first).copy_(self_entries.narrow(1, 0, first));
    self_entries = std::move(larger);
  }
  const torch::Tensor fresh = torch::arange(first, used, table.options()).view({rows(), n});
  table = table.narrow(1, 0, length);
  if (lengths.defined()) {
    // Slots that a row has not reached name entry 0, which queries do not see; but where they are
    // masked it must hold numbers, because nothing times NaN is NaN, and does.
    table = torch::constant_pad_nd(table, {0, n}).scatter_(1, positions, fresh);
  } else {
    table = torch::cat({table, fresh}, 1);
  }
  return first;
}

CachedKeys DecoderState::cross_keys(int64_t layer) const {
  const torch::Tensor& own = cross_entries[static_cast<size_t>(layer)];
  return {.entries = own.flatten(0, 1), .slots = own.size(1), .counts = source_counts};
}

void DecoderState::select(const torch::Tensor& rows_to_keep,
                          const torch::Tensor& sentences_to_keep) {
  const torch::NoGradGuard no_grad;
  const int64_t count = rows_to_keep.size(0);
  const bool regrouped = sentences_to_keep.defined() || count != rows();
  table = table.index_select(0, rows_to_keep);
  if (sentences_to_keep.defined()) {
    for (torch::Tensor& layer : cross_entries) layer = layer.index_select(0, sentences_to_keep);
    if (source_counts.defined()) source_counts = source_counts.index_select(0, sentences_to_keep);
  }
  // Hypotheses of one sentence share what is known of it.
  if (regrouped) info = info.select(rows_to_keep);
  if (lengths.defined()) lengths = lengths.index_select(0, rows_to_keep);
  beam = count / sentences();
}

void DecoderState::advance(int64_t count, const torch::Tensor& counts) {
  if (counts.defined() && !lengths.defined()) lengths = torch::full_like(counts, length);
  if (lengths.defined()) lengths = counts.defined() ? lengths + counts : lengths + count;
  length += count;
}

}  // namespace nmt
