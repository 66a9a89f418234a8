#include "nmt/support/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace nmt {
namespace {

TEST(Random, EqualKeysGiveEqualStreams) {
  RandomStream a(hash_key({1, 2, 3})), b(hash_key({1, 2, 3}));
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.next(), b.next());
}

TEST(Random, KeysDependOnOrderAndEveryPart) {
  std::set<uint64_t> keys;
  for (uint64_t a = 0; a < 30; ++a)
    for (uint64_t b = 0; b < 30; ++b) keys.insert(hash_key({a, b}));
  EXPECT_EQ(keys.size(), 900u);
  EXPECT_NE(hash_key({1, 2}), hash_key({2, 1}));
  EXPECT_NE(hash_key({1}), hash_key({1, 0}));
}

TEST(Random, BelowIsUniform) {
  RandomStream stream(7);
  std::map<uint64_t, int> counts;
  for (int i = 0; i < 60000; ++i) ++counts[stream.below(6)];
  ASSERT_EQ(counts.size(), 6u);
  double chi_squared = 0;
  for (const auto& [value, count] : counts)
    chi_squared += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi_squared, 20.5);  // 5 degrees of freedom, p = 0.001
}

TEST(Random, UniformStaysInItsRange) {
  RandomStream stream(3);
  double sum = 0;
  for (int i = 0; i < 10000; ++i) {
    const double value = stream.uniform();
    ASSERT_GE(value, 0.0);
    ASSERT_LT(value, 1.0);
    sum += value;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
}

TEST(Random, ShufflesReachEveryOrder) {
  std::map<std::vector<int>, int> orders;
  for (uint64_t seed = 0; seed < 6000; ++seed) {
    std::vector<int> values = {1, 2, 3};
    RandomStream(hash_key({seed})).shuffle(values);
    ++orders[values];
  }
  ASSERT_EQ(orders.size(), 6u);
  for (const auto& [order, count] : orders) EXPECT_NEAR(count, 1000, 150);
}

}  // namespace
}  // namespace nmt
