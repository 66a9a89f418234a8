#pragma once

#include <array>
#include <cstdint>

#ifdef __CUDACC__
#define NMT_HOST_DEVICE __host__ __device__
#define NMT_UNROLL _Pragma("unroll")
#else
#define NMT_HOST_DEVICE
#define NMT_UNROLL _Pragma("GCC unroll 20")
#endif

namespace nmt {

/// Threefry 2×32-20, a counter-based random generator (Salmon et al. 2011, "Parallel random
/// numbers: as easy as 1, 2, 3"): the bits of a place depend on (key, place) alone, so that they
/// can be drawn in any order, by any number of threads, and again instead of being stored. Of their
/// generators it is the one without products of 64 bits, which vector units are slow at.
///
/// A block is that of kLanes counters, first … first + kLanes − 1, side by side, which compilers
/// turn into vector instructions.
class Threefry {
 public:
  static constexpr int kLanes = 32;
  /// [word][lane]: the two outputs of each counter.
  using Block = std::array<std::array<uint32_t, kLanes>, 2>;

  NMT_HOST_DEVICE explicit Threefry(uint64_t key)
      : key_{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32),
             0x1BD11BDA ^ static_cast<uint32_t>(key) ^ static_cast<uint32_t>(key >> 32)} {}

  /// The two outputs of one counter.
  struct Words {
    uint32_t low, high;
  };
  [[gnu::always_inline]] NMT_HOST_DEVICE Words words(uint64_t counter) const {
    return mixed(
        {static_cast<uint32_t>(counter) + key_[0], static_cast<uint32_t>(counter >> 32) + key_[1]});
  }

  [[gnu::always_inline]] void fill(uint64_t first, Block& block) const {
    auto& [low, high] = block;
    for (int lane = 0; lane < kLanes; ++lane) {
      const uint64_t counter = first + static_cast<uint64_t>(lane);
      low[lane] = static_cast<uint32_t>(counter) + key_[0];
      high[lane] = static_cast<uint32_t>(counter >> 32) + key_[1];
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      const Words words = mixed({low[lane], high[lane]});
      low[lane] = words.low;
      high[lane] = words.high;
    }
  }

 private:
  [[gnu::always_inline]] NMT_HOST_DEVICE Words mixed(Words words) const {
    constexpr int kRotations[] = {13, 15, 26, 6, 17, 29, 16, 24};
    auto& [a, b] = words;
    NMT_UNROLL
    for (int round = 0; round < 20; ++round) {
      a += b;
      b = (b << kRotations[round % 8] | b >> (32 - kRotations[round % 8])) ^ a;
      if (round % 4 == 3) {
        const int injection = round / 4 + 1;
        a += key_[injection % 3];
        b += key_[(injection + 1) % 3] + static_cast<uint32_t>(injection);
      }
    }
    return words;
  }

  uint32_t key_[3];  // no std::array, which code for a GPU cannot use
};

}  // namespace nmt
