#pragma once

#include <cstdint>

// Vectors for loops that compilers do not vectorise by themselves: sums and maxima, whose order
// they keep. What uses them is compiled for several processors (models/processor.h), with kBytes as
// wide as the processor's own: wider ones go through memory.

namespace nmt {

template <class T, int64_t kBytes>
struct Lanes {
  using Vector [[gnu::vector_size(kBytes), gnu::aligned(alignof(T)), gnu::may_alias]] = T;
  static constexpr int64_t kCount = kBytes / int64_t{sizeof(T)};
};

template <int64_t kBytes, class T>
[[gnu::always_inline]] inline auto& lanes(const T* numbers) {
  return *reinterpret_cast<const typename Lanes<T, kBytes>::Vector*>(numbers);
}
template <int64_t kBytes, class T>
[[gnu::always_inline]] inline auto& lanes(T* numbers) {
  return *reinterpret_cast<typename Lanes<T, kBytes>::Vector*>(numbers);
}

/// The sum of a vector's lanes, halves first.
template <class T, int64_t kBytes>
[[gnu::always_inline]] inline T sum_of(const typename Lanes<T, kBytes>::Vector& v) {
  if constexpr (Lanes<T, kBytes>::kCount == 2) {
    return v[0] + v[1];
  } else {
    const auto* halves = reinterpret_cast<const typename Lanes<T, kBytes / 2>::Vector*>(&v);
    return sum_of<T, kBytes / 2>(halves[0] + halves[1]);
  }
}

}  // namespace nmt
