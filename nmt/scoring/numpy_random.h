#pragma once

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

  uint64_t next_uint64();
  /// Half of an output each, the low half first.
  uint32_t next_uint32();
  /// Generator.integers(bound): 0 … bound - 1, all equally likely. `bound` must not be 0.
  uint32_t next_below(uint32_t bound);

 private:
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
