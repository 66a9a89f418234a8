#include "data/batch.h"

#include <torch/torch.h>

#include <algorithm>

#include "nmt/support/error.h"

namespace nmt {
namespace {

torch::Tensor moved(const torch::Tensor& tensor, const torch::Device& device) {
  // Copies to the CPU have to be finished before they are read; copies to a device may overlap
  // (pinned memory).
  return tensor.defined() ? tensor.to(device, /*non_blocking=*/!device.is_cpu()) : tensor;
}

/// [batch, width] bool, true at the first `lengths` positions of each row.
torch::Tensor prefix_mask(const torch::Tensor& lengths, int64_t width) {
  return torch::arange(width, lengths.options()).unsqueeze(0) < lengths.unsqueeze(1);
}

/// One number of each pair as a [batch] int64 tensor.
template <class Get>
torch::Tensor column(const std::vector<TokenPair>& pairs, Get get) {
  torch::Tensor values = torch::empty({static_cast<int64_t>(pairs.size())}, torch::kInt64);
  int64_t* out = values.data_ptr<int64_t>();
  for (const TokenPair& pair : pairs) *out++ = get(pair);
  return values;
}

}  // namespace

torch::Tensor SourceBatch::mask() const {
  return prefix_mask(lengths, ids.size(1));
}

SourceBatch SourceBatch::to(const torch::Device& device) const {
  SourceBatch copy = *this;
  for (torch::Tensor* tensor :
       {&copy.ids, &copy.lengths, &copy.direction, &copy.source_language, &copy.target_language})
    *tensor = moved(*tensor, device);
  for (auto& [name, tensor] : copy.annotations) tensor = moved(tensor, device);
  return copy;
}

torch::Tensor Batch::target_mask() const {
  return prefix_mask(target_lengths, target_input.size(1));
}

torch::Tensor Batch::target_positions() const {
  if (target_tokens == target_input.numel())
    return torch::arange(target_tokens, target_lengths.options());
  return torch::nonzero_static(target_mask().flatten(), target_tokens).squeeze(1);
}

Batch Batch::to(const torch::Device& device) const {
  Batch copy = *this;
  copy.source = source.to(device);
  for (torch::Tensor* tensor : {&copy.target_input, &copy.target_output, &copy.target_lengths,
                                &copy.instance_ids, &copy.document, &copy.document_position})
    *tensor = moved(*tensor, device);
  return copy;
}

SourceBatch make_source_batch(const std::vector<TokenPair>& pairs, int64_t pad) {
  const auto size = static_cast<int64_t>(pairs.size());
  int64_t width = 0, tokens = 0;
  for (const TokenPair& pair : pairs) {
    if (pair.source.empty())
      throw Error("a source sentence has no token, not even the end of sentence");
    width = std::max(width, static_cast<int64_t>(pair.source.size()));
    tokens += static_cast<int64_t>(pair.source.size());
  }
  SourceBatch batch;
  batch.ids = torch::full({size, width}, pad, torch::kInt64);
  int64_t* row = batch.ids.data_ptr<int64_t>();
  for (const TokenPair& pair : pairs) {
    std::copy(pair.source.begin(), pair.source.end(), row);
    row += width;
  }
  batch.padded = tokens != size * width;
  batch.lengths =
      column(pairs, [](const TokenPair& p) { return static_cast<int64_t>(p.source.size()); });
  batch.direction = column(pairs, [](const TokenPair& p) { return p.direction; });
  batch.source_language = column(pairs, [](const TokenPair& p) { return p.source_language; });
  batch.target_language = column(pairs, [](const TokenPair& p) { return p.target_language; });
  return batch;
}

Batch make_batch(const std::vector<TokenPair>& pairs, int64_t pad, int64_t bos) {
  Batch batch;
  batch.source = make_source_batch(pairs, pad);
  const auto size = static_cast<int64_t>(pairs.size());
  int64_t width = 0;
  for (const TokenPair& pair : pairs) {
    width = std::max(width, static_cast<int64_t>(pair.target.size()));
    batch.source_tokens += static_cast<int64_t>(pair.source.size());
    batch.target_tokens += static_cast<int64_t>(pair.target.size());
  }
  batch.target_input = torch::full({size, width}, pad, torch::kInt64);
  batch.target_output = torch::full({size, width}, pad, torch::kInt64);
  int64_t* input = batch.target_input.data_ptr<int64_t>();
  int64_t* output = batch.target_output.data_ptr<int64_t>();
  for (const TokenPair& pair : pairs) {
    if (!pair.target.empty()) {
      *input = bos;
      std::copy(pair.target.begin(), pair.target.end() - 1, input + 1);
      std::copy(pair.target.begin(), pair.target.end(), output);
    }
    input += width;
    output += width;
  }
  batch.target_lengths =
      column(pairs, [](const TokenPair& p) { return static_cast<int64_t>(p.target.size()); });
  batch.instance_ids = column(pairs, [](const TokenPair& p) { return p.instance_id; });
  batch.document = column(pairs, [](const TokenPair& p) { return p.document; });
  batch.document_position = column(pairs, [](const TokenPair& p) { return p.document_position; });
  return batch;
}

}  // namespace nmt
