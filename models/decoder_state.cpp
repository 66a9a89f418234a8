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
  return {.entries = cross_entries[static_cast<size_t>(layer)],
          .starts = source_starts,
          .slots = source_slots,
          .counts = source_counts};
}

void DecoderState::select(const torch::Tensor& rows_to_keep,
                          const torch::Tensor& sentences_to_keep) {
  const torch::NoGradGuard no_grad;
  const int64_t count = rows_to_keep.size(0);
  const int64_t sentences_kept =
      sentences_to_keep.defined() ? sentences_to_keep.size(0) : sentences();
  const bool regrouped = sentences_to_keep.defined() || count != rows();
  if (sentences_to_keep.defined()) {
    if (source_starts.defined())
      source_starts = source_starts.index_select(0, sentences_to_keep);
    else
      for (torch::Tensor& layer : cross_entries)
        layer = layer.unflatten(0, {sentences(), source_slots})
                    .index_select(0, sentences_to_keep)
                    .flatten(0, 1);
    if (source_counts.defined()) source_counts = source_counts.index_select(0, sentences_to_keep);
  }
  table = table.index_select(0, rows_to_keep);
  // Hypotheses of one sentence share what is known of it.
  if (regrouped) info = info.select(rows_to_keep);
  if (lengths.defined()) lengths = lengths.index_select(0, rows_to_keep);
  beam = count / sentences_kept;
}

void DecoderState::advance(int64_t count, const torch::Tensor& counts) {
  if (counts.defined() && !lengths.defined()) lengths = torch::full_like(counts, length);
  if (lengths.defined()) lengths = counts.defined() ? lengths + counts : lengths + count;
  length += count;
}

}  // namespace nmt
