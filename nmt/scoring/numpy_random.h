#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "nmt/scoring/uint128.h"

// The random numbers of numpy.random.default_rng(), so that resampling draws the very segments that
// sacreBLEU draws.

namespace nmt::scoring {

/// What starts a random stream: a whole number of any size, or nothing, for another stream every
/// time.
class RandomSeed {
 public:
  /// sacreBLEU's usual seed.
  RandomSeed() : RandomSeed(12345) {}
  RandomSeed(uint64_t seed);

  /// Takes decimal digits, or "none" for a seed from the operating system. Throws Error for others.
  static RandomSeed parse(const std::string& text);

  /// The seed that $SACREBLEU_SEED names, the usual one without that variable.
  static RandomSeed from_environment();

  /// "12345", "none".
  const std::string& text() const { return text_; }
  /// As parse() got it, in small letters: "00012" where text() is "12".
  const std::string& given() const { return given_; }
  /// The number in words of 32 bits, lowest first.
  const std::vector<uint32_t>& words() const { return words_; }

 private:
  std::string text_;
  std::string given_;
  std::vector<uint32_t> words_;
};

/// numpy.random.default_rng(seed): the permuted congruential generator PCG64 (O'Neill 2014), 128
/// bits of state, XSL-RR output, seeded by NumPy's SeedSequence.
class NumpyGenerator {
 public:
  explicit NumpyGenerator(const RandomSeed& seed);

  uint64_t next_uint64() {
    state_ = state_ * kMultiplier + increment_;
    const auto folded = static_cast<uint64_t>(state_ >> 64) ^ static_cast<uint64_t>(state_);
    return std::rotr(folded, static_cast<int>(state_ >> 122));
  }

  /// Half of an output each, the low half first.
  uint32_t next_uint32() {
    if (has_high_half_) {
      has_high_half_ = false;
      return high_half_;
    }
    const uint64_t both = next_uint64();
    high_half_ = static_cast<uint32_t>(both >> 32);
    has_high_half_ = true;
    return static_cast<uint32_t>(both);
  }

  /// Generator.integers(bound): 0 … bound - 1, all equally likely. `bound` must not be 0.
  uint32_t next_below(uint32_t bound) {
    if (bound == 1) return 0;
    // Lemire 2019, "Fast random integer generation in an interval".
    uint64_t product = uint64_t{next_uint32()} * bound;
    if (static_cast<uint32_t>(product) < bound) {
      const uint32_t threshold = -bound % bound;
      while (static_cast<uint32_t>(product) < threshold) product = uint64_t{next_uint32()} * bound;
    }
    return static_cast<uint32_t>(product >> 32);
  }

 private:
  static constexpr uint128 kMultiplier =
      (uint128{0x2360ED051FC65DA4ULL} << 64) | uint128{0x4385DF649FCCF645ULL};

  uint128 state_ = 0;
  uint128 increment_ = 0;
  uint32_t high_half_ = 0;
  bool has_high_half_ = false;
};

/// Generator.integers(2, dtype=bool): the bits of 32-bit words, lowest first.
class NumpyBits {
 public:
  explicit NumpyBits(const RandomSeed& seed) : generator_(seed) {}

  /// The next `count` bits, packed lowest first into words of 64.
  std::vector<uint64_t> next(size_t count);

 private:
  NumpyGenerator generator_;
  uint64_t buffer_ = 0;
  int buffered_ = 0;
};

}  // namespace nmt::scoring
