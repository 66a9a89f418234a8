#include "models/decoder_state.h"

#include <torch/torch.h>

#include <utility>

namespace nmt {

void DecoderState::select(const torch::Tensor& rows, const torch::Tensor& sentences) {
  const torch::NoGradGuard no_grad;
  constexpr int64_t kRows = 2, kSlots = 4;
  const int64_t count = rows.size(0);
  if (!spare_cache.defined() || spare_cache.size(kRows) < count) {
    auto sizes = self_cache.sizes().vec();
    sizes[kRows] = count;
    spare_cache = torch::zeros(sizes, self_cache.options());
  }
  // Slots beyond `length` hold nothing that is ever looked at.
  torch::Tensor gathered = spare_cache.narrow(kRows, 0, count).narrow(kSlots, 0, length);
  at::index_select_out(gathered, self_cache.narrow(kSlots, 0, length), kRows, rows);
  std::swap(self_cache, spare_cache);
  self_cache = self_cache.narrow(kRows, 0, count);

  if (sentences.defined()) {
    for (torch::Tensor& layer : cross_cache) layer = layer.index_select(1, sentences);
    if (memory_mask.defined()) memory_mask = memory_mask.index_select(0, sentences);
  }
  info = info.select(rows);
  if (lengths.defined()) lengths = lengths.index_select(0, rows);
  beam = count / this->sentences();
}

}  // namespace nmt
