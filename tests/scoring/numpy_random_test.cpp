#include "nmt/scoring/numpy_random.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "nmt/support/error.h"

// The numbers are those of numpy.random.default_rng(12345); other seeds are in the golden fixtures.

namespace nmt::scoring {
namespace {

TEST(NumpyGenerator, DrawsWhatNumpyDraws) {
  NumpyGenerator ten{RandomSeed()};
  for (const uint32_t index : {6, 2, 7, 3, 2, 7, 6, 6, 9, 3}) EXPECT_EQ(ten.next_below(10), index);
  NumpyGenerator many{RandomSeed()};
  for (const uint32_t index : {2099, 682, 2368, 951, 613, 2394, 1929, 2030, 2968, 1174})
    EXPECT_EQ(many.next_below(3003), index);
}

uint64_t fnv(uint64_t hash, uint8_t byte) {
  return (hash ^ byte) * 0x100000001b3ULL;
}

TEST(NumpyGenerator, DrawsAWholeTestSetAsNumpyDoes) {
  NumpyGenerator generator{RandomSeed()};
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (int i = 0; i < 1000 * 3003; ++i) {
    const uint32_t index = generator.next_below(3003);
    for (int byte = 0; byte < 4; ++byte)
      hash = fnv(hash, static_cast<uint8_t>(index >> (8 * byte)));
  }
  EXPECT_EQ(hash, 0x5efe016bdad051c8ULL);
}

TEST(NumpyBits, DrawsAWholeTestSetAsNumpyDoes) {
  NumpyBits bits{RandomSeed()};
  uint64_t hash = 0xcbf29ce484222325ULL;
  for (int row = 0; row < 1000; ++row) {
    const auto words = bits.next(3003);
    for (size_t i = 0; i < 3003; ++i)
      hash = fnv(hash, static_cast<uint8_t>(words[i / 64] >> (i % 64) & 1));
  }
  EXPECT_EQ(hash, 0x616dfae66726b863ULL);
}

TEST(RandomSeed, ReadsWholeNumbersOfAnySize) {
  EXPECT_EQ(RandomSeed::parse("0").words(), (std::vector<uint32_t>{0}));
  EXPECT_EQ(RandomSeed::parse("4294967296").words(), (std::vector<uint32_t>{0, 1}));
  EXPECT_EQ(RandomSeed::parse("18446744073709551617").words(), (std::vector<uint32_t>{1, 0, 1}));
  EXPECT_EQ(RandomSeed::parse("007").text(), "7");
  EXPECT_EQ(RandomSeed::parse("007").given(), "007");
}

TEST(RandomSeed, DiffersEveryTimeWhenThereIsNone) {
  EXPECT_EQ(RandomSeed::parse("None").text(), "none");
  EXPECT_NE(RandomSeed::parse("none").words(), RandomSeed::parse("none").words());
}

TEST(RandomSeed, RefusesOtherText) {
  for (const char* text : {"", "-1", "1.5", "seed", "1 2"})
    EXPECT_THROW(RandomSeed::parse(text), Error) << text;
}

TEST(RandomSeed, ComesFromTheEnvironment) {
  setenv("SACREBLEU_SEED", "99", 1);
  EXPECT_EQ(RandomSeed::from_environment().text(), "99");
  unsetenv("SACREBLEU_SEED");
  EXPECT_EQ(RandomSeed::from_environment().text(), "12345");
}

}  // namespace
}  // namespace nmt::scoring
