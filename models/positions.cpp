#include "models/positions.h"

#include <torch/torch.h>

#include <algorithm>
#include <cmath>

namespace nmt {
namespace {

torch::Dtype at_least_float(torch::Dtype dtype) {
  return dtype == torch::kFloat64 ? dtype : torch::kFloat32;
}

/// p·10000^(−i/denominator) for i < width: [count, width] double.
torch::Tensor phases(int64_t count, int64_t width, int64_t denominator) {
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  const torch::Tensor frequency = torch::exp(
      torch::arange(width, options) * (-std::log(10000.0) / static_cast<double>(denominator)));
  return torch::arange(count, options).unsqueeze(1) * frequency.unsqueeze(0);
}

}  // namespace

FixedTableImpl::FixedTableImpl(torch::Tensor exact)
    : exact_(std::move(exact)), table_(exact_.to(torch::kFloat32)) {}

torch::Tensor FixedTableImpl::forward(const torch::Tensor& positions) const {
  return at::embedding(table_.flatten(1), positions).unflatten(-1, table_.sizes().slice(1));
}

void FixedTableImpl::to(torch::Device device, torch::Dtype dtype, bool) {
  table_ = exact_.to(device, at_least_float(dtype));
}
void FixedTableImpl::to(torch::Dtype dtype, bool) {
  table_ = exact_.to(table_.device(), at_least_float(dtype));
}
void FixedTableImpl::to(torch::Device device, bool) {
  table_ = table_.to(device);
}

torch::Tensor sinusoids(int64_t count, int64_t dim) {
  const torch::Tensor phase = phases(count, dim / 2, std::max<int64_t>(1, dim / 2 - 1));
  return torch::cat({phase.sin(), phase.cos()}, 1);
}

torch::Tensor rotary_angles(int64_t count, int64_t head_size) {
  const torch::Tensor phase = phases(count, head_size / 2, head_size / 2);
  return torch::stack({phase.cos(), phase.sin()}, 1);
}

torch::Tensor rotate(const torch::Tensor& x, const torch::Tensor& angles) {
  const torch::Tensor cos = angles.select(2, 0).unsqueeze(2);  // [rows or 1, n, 1, head size/2]
  const torch::Tensor sin = angles.select(2, 1).unsqueeze(2);
  const auto halves = x.to(angles.scalar_type()).chunk(2, -1);
  return torch::cat({halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin}, -1)
      .to(x.scalar_type());
}

}  // namespace nmt
