#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

// Randomness as a pure function of its key: the same (seed, epoch, purpose, …) gives the same
// numbers on every machine, in every process and after every resume. Standard-library distributions
// are avoided: their results differ by library.

namespace nmt {

/// Mixes numbers into one 64-bit key (SplitMix64 finalisers). Order matters.
uint64_t hash_key(std::initializer_list<uint64_t> parts);

/// What a random stream is for, so that two purposes never share numbers.
enum class RandomPurpose : uint64_t {
  kInitialise = 1,
  kShuffle,
  kSegmentation,
  kDropout,
  kSampling,
  kMixture,
  kMethod,
};

/// A stream of numbers from one key (xoshiro256** seeded by SplitMix64).
class RandomStream {
 public:
  explicit RandomStream(uint64_t key);
  uint64_t next();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [0, n), without bias (Lemire 2019). n > 0.
  uint64_t below(uint64_t n);

  /// Fisher–Yates.
  template <class T>
  void shuffle(std::vector<T>& values) {
    for (size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[below(i)]);
  }

 private:
  uint64_t state_[4];
};

}  // namespace nmt
