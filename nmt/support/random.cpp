#include "nmt/support/random.h"

namespace nmt {
namespace {

// Steele, Lea & Flood 2014.
uint64_t split_mix(uint64_t& state) {
  uint64_t z = (state += 0x9e3779b97f4a7c15ULL);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

uint64_t rotate_left(uint64_t x, int k) {
  return (x << k) | (x >> (64 - k));
}

}  // namespace

uint64_t hash_key(std::initializer_list<uint64_t> parts) {
  uint64_t key = 0x243f6a8885a308d3ULL;
  for (const uint64_t part : parts) {
    uint64_t state = key ^ part;
    key = split_mix(state) + 0x9e3779b97f4a7c15ULL * key;
  }
  return key;
}

RandomStream::RandomStream(uint64_t key) {
  for (uint64_t& word : state_) word = split_mix(key);
}

// Blackman & Vigna 2018, xoshiro256**.
uint64_t RandomStream::next() {
  const uint64_t result = rotate_left(state_[1] * 5, 7) * 9;
  const uint64_t t = state_[1] << 17;
  state_[2] ^= state_[0];
  state_[3] ^= state_[1];
  state_[1] ^= state_[2];
  state_[0] ^= state_[3];
  state_[2] ^= t;
  state_[3] = rotate_left(state_[3], 45);
  return result;
}

double RandomStream::uniform() {
  return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

uint64_t RandomStream::below(uint64_t n) {
  __extension__ using Wide = unsigned __int128;
  Wide product = static_cast<Wide>(next()) * n;
  if (static_cast<uint64_t>(product) < n) {
    const uint64_t threshold = -n % n;
    while (static_cast<uint64_t>(product) < threshold) product = static_cast<Wide>(next()) * n;
  }
  return static_cast<uint64_t>(product >> 64);
}

}  // namespace nmt
