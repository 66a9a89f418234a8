#pragma once

#include <array>
#include <bit>
#include <cstdint>

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

  explicit Threefry(uint64_t key)
      : key_{static_cast<uint32_t>(key), static_cast<uint32_t>(key >> 32), 0} {
    key_[2] = 0x1BD11BDA ^ key_[0] ^ key_[1];
  }

  [[gnu::always_inline]] void fill(uint64_t first, Block& block) const {
    constexpr int kRotations[] = {13, 15, 26, 6, 17, 29, 16, 24};
    auto& [low, high] = block;
    for (int lane = 0; lane < kLanes; ++lane) {
      const uint64_t counter = first + static_cast<uint64_t>(lane);
      low[lane] = static_cast<uint32_t>(counter) + key_[0];
      high[lane] = static_cast<uint32_t>(counter >> 32) + key_[1];
    }
    for (int lane = 0; lane < kLanes; ++lane) {
      uint32_t a = low[lane], b = high[lane];
#pragma GCC unroll 20
      for (int round = 0; round < 20; ++round) {
        a += b;
        b = std::rotl(b, kRotations[round % 8]) ^ a;
        if (round % 4 == 3) {
          const int injection = round / 4 + 1;
          a += key_[injection % 3];
          b += key_[(injection + 1) % 3] + static_cast<uint32_t>(injection);
        }
      }
      low[lane] = a;
      high[lane] = b;
    }
  }

 private:
  std::array<uint32_t, 3> key_;
};

}  // namespace nmt
