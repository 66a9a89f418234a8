#include "nmt/scoring/numpy_random.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <random>

#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// numpy.random.SeedSequence, which spreads a seed over as many words as a generator needs.
class SeedSequence {
 public:
  explicit SeedSequence(const std::vector<uint32_t>& entropy) {
    uint32_t constant = 0x43b0d7e5;
    const auto hash = [&constant](uint32_t value) {
      value ^= constant;
      constant *= 0x931e8875;
      value *= constant;
      return value ^ (value >> 16);
    };
    const auto mix = [](uint32_t x, uint32_t y) {
      const uint32_t mixed = 0xca01f9dd * x - 0x4973f715 * y;
      return mixed ^ (mixed >> 16);
    };
    for (size_t i = 0; i < pool_.size(); ++i) pool_[i] = hash(i < entropy.size() ? entropy[i] : 0);
    for (size_t from = 0; from < pool_.size(); ++from) {
      for (size_t to = 0; to < pool_.size(); ++to) {
        if (from != to) pool_[to] = mix(pool_[to], hash(pool_[from]));
      }
    }
    for (size_t from = pool_.size(); from < entropy.size(); ++from) {
      for (uint32_t& to : pool_) to = mix(to, hash(entropy[from]));
    }
  }

  std::array<uint64_t, 4> generate() const {
    std::array<uint64_t, 4> state{};
    uint32_t constant = 0x8b51f9dd;
    for (size_t i = 0; i < 2 * state.size(); ++i) {
      uint32_t value = pool_[i % pool_.size()] ^ constant;
      constant *= 0x58f38ded;
      value *= constant;
      value ^= value >> 16;
      state[i / 2] |= uint64_t{value} << (32 * (i % 2));
    }
    return state;
  }

 private:
  std::array<uint32_t, 4> pool_{};
};

/// A decimal number of any length in words of 32 bits, lowest first.
std::vector<uint32_t> to_words(const std::string& digits) {
  std::vector<uint32_t> words = {0};
  for (const char digit : digits) {
    uint64_t carry = static_cast<uint64_t>(digit - '0');
    for (uint32_t& word : words) {
      carry += uint64_t{word} * 10;
      word = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry > 0) words.push_back(static_cast<uint32_t>(carry));
  }
  return words;
}

}  // namespace

RandomSeed::RandomSeed(uint64_t seed)
    : text_(std::to_string(seed)), given_(text_), words_(to_words(text_)) {}

RandomSeed RandomSeed::parse(const std::string& given) {
  RandomSeed seed;
  seed.given_ = to_lower(given);
  seed.text_ = trim(seed.given_);
  if (seed.text_ == "none") {
    std::random_device device;
    seed.words_ = {device(), device(), device(), device()};
    return seed;
  }
  const bool digits = std::all_of(seed.text_.begin(), seed.text_.end(),
                                  [](char c) { return c >= '0' && c <= '9'; });
  if (seed.text_.empty() || !digits) {
    throw Error("'" + given + "' is no seed for random numbers",
                "Give a whole number from 0 in SACREBLEU_SEED, or none.");
  }
  seed.text_.erase(0, std::min(seed.text_.find_first_not_of('0'), seed.text_.size() - 1));
  seed.words_ = to_words(seed.text_);
  return seed;
}

RandomSeed RandomSeed::from_environment() {
  const char* text = std::getenv("SACREBLEU_SEED");
  return text == nullptr ? RandomSeed() : parse(text);
}

NumpyGenerator::NumpyGenerator(const RandomSeed& seed) {
  const auto words = SeedSequence(seed.words()).generate();
  increment_ = (((uint128{words[2]} << 64) | words[3]) << 1) | 1;
  state_ = increment_ + ((uint128{words[0]} << 64) | words[1]);
  state_ = state_ * kMultiplier + increment_;
}

std::vector<uint64_t> NumpyBits::next(size_t count) {
  std::vector<uint64_t> words((count + 63) / 64);
  for (size_t first = 0; first < count; first += 64) {
    const int wanted = static_cast<int>(std::min<size_t>(64, count - first));
    uint64_t word = buffer_;
    if (buffered_ >= wanted) {
      buffer_ = wanted == 64 ? 0 : buffer_ >> wanted;
      buffered_ -= wanted;
    } else {
      const uint64_t fresh = generator_.next_uint64();
      word |= fresh << buffered_;
      const int used = wanted - buffered_;
      buffer_ = used == 64 ? 0 : fresh >> used;
      buffered_ = 64 - used;
    }
    words[first / 64] = wanted == 64 ? word : word & ((uint64_t{1} << wanted) - 1);
  }
  return words;
}

}  // namespace nmt::scoring
