#include "models/token_packing.h"

#include <torch/torch.h>

namespace nmt {

TokenPacking::TokenPacking(const torch::Tensor& mask)
    : rows_(mask.size(0)), length_(mask.size(1)), places_(mask.flatten().nonzero().squeeze(1)) {
  const torch::Tensor counts = mask.sum(1);
  const auto count = counts.accessor<int64_t, 1>();
  int64_t token = 0;
  for (int64_t row = 0; row < rows_; ++row) {
    if (groups_.empty() || groups_.back().length != count[row])
      groups_.push_back({.first_token = token, .rows = 0, .length = count[row]});
    ++groups_.back().rows;
    token += count[row];
  }
}

torch::Tensor TokenPacking::pack(const torch::Tensor& padded) const {
  std::vector<int64_t> sizes = padded.sizes().vec();
  sizes[0] = rows_, sizes[1] = length_;
  return padded.expand(sizes).flatten(0, 1).index_select(0, places_).unsqueeze(0);
}

torch::Tensor TokenPacking::unpack(const torch::Tensor& packed) const {
  std::vector<int64_t> sizes = packed.sizes().vec();
  sizes[0] = rows_ * length_;
  sizes.erase(sizes.begin() + 1);
  return torch::zeros(sizes, packed.options())
      .index_copy_(0, places_, packed.squeeze(0))
      .unflatten(0, {rows_, length_});
}

torch::Tensor TokenPacking::starts() const {
  std::vector<int64_t> starts;
  starts.reserve(static_cast<size_t>(rows_));
  for (const Group& group : groups_)
    for (int64_t row = 0; row < group.rows; ++row)
      starts.push_back(group.first_token + row * group.length);
  return torch::tensor(starts, torch::kLong);
}

torch::Tensor TokenPacking::token_rows() const {
  return places_.div(length_, "floor");
}

}  // namespace nmt
