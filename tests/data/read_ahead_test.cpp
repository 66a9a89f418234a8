#include "data/read_ahead.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

#include "nmt/support/error.h"

namespace nmt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

TEST(ReadAheadTest, HandsOutEverythingInOrder) {
  ReadAhead<int> numbers([next = 0]() mutable -> std::optional<int> {
    return next < 250'000 ? std::optional(next++) : std::nullopt;
  });
  int expected = 0;
  for (std::vector<int> group = numbers.next(7000); !group.empty(); group = numbers.next(7000)) {
    EXPECT_LE(group.size(), 7000U);
    for (const int number : group) ASSERT_EQ(number, expected++);
  }
  EXPECT_EQ(expected, 250'000);
  EXPECT_THAT(numbers.next(1), IsEmpty());
}

TEST(ReadAheadTest, DoesNotWaitForMoreThanHasArrived) {
  const auto allowed = std::make_shared<std::atomic<int>>(2);
  ReadAhead<int> numbers([allowed, next = 0]() mutable -> std::optional<int> {
    while (next >= *allowed) std::this_thread::yield();
    return next++ < 5 ? std::optional(next) : std::nullopt;
  });
  std::vector<int> got = numbers.next(100);
  while (got.size() < 2)
    got.push_back(numbers.next(1).at(0));  // a slow machine may pause in between
  EXPECT_THAT(got, ElementsAre(1, 2));
  *allowed = 1000;
  EXPECT_THAT(numbers.next(1), ElementsAre(3));
}

TEST(ReadAheadTest, ThrowsAfterWhatCameBefore) {
  ReadAhead<int> numbers([next = 0]() mutable -> std::optional<int> {
    if (next == 3) throw Error("damaged");
    return next++;
  });
  std::vector<int> got;
  while (got.size() < 3)
    for (const int number : numbers.next(10)) got.push_back(number);
  EXPECT_THAT(got, ElementsAre(0, 1, 2));
  EXPECT_THROW(numbers.next(10), Error);
}

TEST(ReadAheadTest, CanBeLeftWhileItWaits) {
  const auto released = std::make_shared<std::atomic<bool>>(false);
  {
    ReadAhead<int> silent([released]() -> std::optional<int> {
      while (!*released) std::this_thread::yield();
      return std::nullopt;
    });
  }
  *released = true;
}

TEST(ReadAheadTest, CanBeLeftHalfWay) {
  ReadAhead<int> endless([] { return std::optional(1); });
  EXPECT_THAT(endless.next(10), SizeIs(10));
}

}  // namespace
}  // namespace nmt
