#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

// Exact n-gram counting without strings: words become numbers, and an n-gram is the number of a
// path in a trie whose edges live in one flat hash table. Both are emptied in constant time, so one
// instance serves a whole corpus.

namespace nmt::scoring {

inline uint64_t mix_bits(uint64_t bits) {
  bits *= 0x9E3779B97F4A7C15ULL;
  return bits ^ (bits >> 32);
}

inline uint64_t hash_of(uint64_t key) {
  return mix_bits(key);
}
template <class Word>
uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

inline uint64_t hash_of(std::string_view key) {
  // All bytes in whole loads, which may overlap.
  const char* data = key.data();
  const size_t size = key.size();
  uint64_t last = 0;
  uint64_t hash = size;
  if (size >= 8) {
    for (size_t i = 0; i + 8 < size; i += 8) hash = mix_bits(hash ^ load<uint64_t>(data + i));
    last = load<uint64_t>(data + size - 8);
  } else if (size >= 4) {
    last = load<uint32_t>(data) << 32 | load<uint32_t>(data + size - 4);
  } else if (size > 0) {
    last = load<uint8_t>(data) << 16 | load<uint8_t>(data + size / 2) << 8 |
           load<uint8_t>(data + size - 1);
  }
  return mix_bits(mix_bits(hash ^ last));
}

/// Numbers distinct keys 1, 2, 3 … in the order in which they were first inserted. Views are not
/// copied.
template <class Key>
class Interner {
 public:
  static constexpr uint32_t kAbsent = 0;

  Interner() : slots_(size_t{1} << kFirstBits) {}

  void clear() {
    size_ = 0;
    if (++generation_ != 0) return;
    slots_.assign(slots_.size(), Slot());
    generation_ = 1;
  }

  /// The greatest number given out.
  uint32_t size() const { return size_; }

  uint32_t find(Key key) const {
    const Slot& slot = slots_[locate(key)];
    return slot.generation == generation_ ? slot.number : kAbsent;
  }

  uint32_t insert(Key key) {
    size_t index = locate(key);
    if (slots_[index].generation == generation_) return slots_[index].number;
    if (2 * (size_t{size_} + 1) > slots_.size()) {
      grow();
      index = locate(key);
    }
    slots_[index] = {key, generation_, ++size_};
    return size_;
  }

 private:
  struct Slot {
    Key key{};
    uint32_t generation = 0;  // the slot is in use when this is the current one
    uint32_t number = 0;
  };

  /// The slot that holds `key`, or the free one where it belongs.
  size_t locate(Key key) const {
    const size_t mask = slots_.size() - 1;
    size_t index = hash_of(key) >> shift_;
    while (slots_[index].generation == generation_ && slots_[index].key != key)
      index = (index + 1) & mask;
    return index;
  }

  void grow() {
    std::vector<Slot> old(2 * slots_.size());
    --shift_;
    old.swap(slots_);
    for (const Slot& slot : old) {
      if (slot.generation == generation_) slots_[locate(slot.key)] = slot;
    }
  }

  static constexpr int kFirstBits = 8;

  std::vector<Slot> slots_;      // a power of two
  int shift_ = 64 - kFirstBits;  // leaves the hash bits that number the slots
  uint32_t generation_ = 1;
  uint32_t size_ = 0;
};

/// The n-grams of a reference (or of several) with their counts, against which a hypothesis is
/// matched. Sequences are words or characters as numbers.
class NgramCounts {
 public:
  explicit NgramCounts(size_t max_order) : max_order_(max_order) {}

  /// Forgets everything.
  void clear();

  /// Adds a reference. An n-gram in several references keeps its greatest count.
  void add_reference(const std::vector<uint32_t>& sequence);

  /// For n = 1 … max order: how many n-grams of `hypothesis` are in the references, each at most as
  /// often as there.
  std::vector<int64_t> matches(const std::vector<uint32_t>& hypothesis);

 private:
  static constexpr uint32_t kRoot = 0;
  static uint64_t edge(uint32_t prefix, uint32_t symbol) { return uint64_t{prefix} << 32 | symbol; }

  size_t max_order_;
  Interner<uint64_t> trie_;
  std::vector<uint32_t> available_;  // by n-gram: greatest count in a reference
  std::vector<uint32_t> counted_;    // by n-gram: count in the sequence at hand
};

/// Number of n-grams of this order in a sequence of `length`.
inline int64_t ngram_total(size_t length, size_t order) {
  return length < order ? 0 : static_cast<int64_t>(length - order + 1);
}

}  // namespace nmt::scoring
