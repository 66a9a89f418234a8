#include "models/huge_pages.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <vector>

namespace nmt {
namespace {

// Small and large ones, of odd sizes, some of which go early: each keeps what was written to it.
TEST(HugePages, TensorsLieApart) {
  std::vector<torch::Tensor> tensors;
  const std::vector<int64_t> counts = {1, 17,        0,         3'000'001, 12'000'000,
                                       5, 4'000'000, 9'000'000, 33};
  for (const int64_t count : counts) {
    tensors.push_back(empty_in_huge_pages({count, 1}, torch::kInt32));
    tensors.back().fill_(static_cast<int64_t>(tensors.size()));
    EXPECT_EQ(reinterpret_cast<uintptr_t>(tensors.back().data_ptr()) % 64, 0);
    if (tensors.size() % 3 == 0) tensors[tensors.size() - 2].reset();
  }
  for (size_t i = 0; i < tensors.size(); ++i)
    if (tensors[i].defined()) {
      EXPECT_EQ(tensors[i].sizes(), torch::IntArrayRef({counts[i], 1}));
      EXPECT_TRUE(tensors[i].eq(static_cast<int64_t>(i + 1)).all().item<bool>()) << i;
    }
}

}  // namespace
}  // namespace nmt
