#include "models/cached_attention.h"

#include <ATen/Parallel.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

namespace nmt {
namespace {

struct Shape {
  int64_t groups, queries, heads, head_size, slots;
};

class CachedAttention : public ::testing::TestWithParam<Shape> {
 protected:
  void SetUp() override { torch::manual_seed(1); }
  const Shape s = GetParam();

  /// As projections give them: a part of a wider product.
  torch::Tensor queries(torch::ScalarType type) const {
    return torch::randn({s.groups, s.queries, 3, s.heads, s.head_size}, type).select(2, 1);
  }
  torch::Tensor counts(int64_t each) const {
    return torch::randint(1, s.slots + 1, {s.groups, each}, torch::kLong);
  }
  CachedKeys keys(torch::ScalarType type) const {
    return {.entries = torch::randn({s.groups * s.slots, 2, s.heads, s.head_size}, type),
            .slots = s.slots};
  }
};

INSTANTIATE_TEST_SUITE_P(Shapes, CachedAttention,
                         ::testing::Values(Shape{1, 1, 1, 1, 1}, Shape{3, 4, 2, 5, 7},
                                           Shape{2, 3, 4, 16, 20}, Shape{5, 1, 3, 24, 9},
                                           Shape{2, 2, 8, 64, 300}));

// The loop against LibTorch's kernel, with all slots, with some, and through a table in which
// groups share entries.
TEST_P(CachedAttention, EqualsTheLibrary) {
  struct Case {
    torch::ScalarType type, cached_type;
    double tolerance;
  };
  for (const auto& [type, cached_type, tolerance] :
       {Case{torch::kFloat64, torch::kFloat64, 1e-12}, Case{torch::kFloat32, torch::kFloat32, 2e-6},
        Case{torch::kFloat32, torch::kBFloat16, 2e-6}}) {
    const torch::Tensor asking = queries(type);
    CachedKeys cached = keys(cached_type);
    const auto expect_equal = [&, tolerance = tolerance](const char* what) {
      const torch::Tensor found = attend_cached(asking, cached);
      const torch::Tensor expected = attend_cached_by_library(asking, cached);
      ASSERT_EQ(found.sizes(), expected.sizes()) << what;
      EXPECT_LT((found - expected).abs().max().item<double>(), tolerance) << what;
    };
    expect_equal("all slots");
    cached.counts = counts(1);
    expect_equal("counts of groups");
    cached.counts = counts(s.queries);
    expect_equal("counts of queries");
    cached.table = torch::randint(0, cached.entries.size(0), {s.groups, s.slots}, torch::kLong);
    expect_equal("table and counts");
    cached.counts = torch::Tensor();
    expect_equal("table");
    // Groups of unequal numbers of entries, one after the other.
    cached.table = torch::Tensor();
    cached.counts = counts(1);
    cached.starts = (cached.counts.flatten().cumsum(0) - cached.counts.flatten()).contiguous();
    cached.entries = cached.entries.narrow(0, 0, cached.counts.sum().item<int64_t>());
    expect_equal("starts");
  }
}

// A query's result does not depend on the others, nor on threads, to the last bit.
TEST_P(CachedAttention, IsTheSameAloneAndInCompany) {
  for (const torch::ScalarType cached_type : {torch::kFloat32, torch::kBFloat16}) {
    const torch::Tensor asking = queries(torch::kFloat32);
    CachedKeys cached = keys(cached_type);
    cached.counts = counts(s.queries);
    const int threads = at::get_num_threads();
    at::set_num_threads(1);
    const torch::Tensor together = attend_cached(asking, cached);
    at::set_num_threads(2);
    EXPECT_TRUE(attend_cached(asking, cached).equal(together));
    at::set_num_threads(threads);
    for (int64_t g = 0; g < s.groups; ++g)
      for (int64_t q = 0; q < s.queries; ++q) {
        const int64_t count = cached.counts[g][q].item<int64_t>();
        const CachedKeys own{.entries = cached.entries.narrow(0, g * s.slots, count),
                             .slots = count};
        EXPECT_TRUE(attend_cached(asking.narrow(0, g, 1).narrow(1, q, 1), own)
                        .equal(together.narrow(0, g, 1).narrow(1, q, 1)));
      }
  }
}

}  // namespace
}  // namespace nmt
