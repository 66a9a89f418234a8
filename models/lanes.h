#pragma once

#include <cstdint>

// Vectors for loops that compilers do not vectorise by themselves: sums and maxima, whose order
// they keep. What uses them is compiled for several processors (models/processor.h) and inlined
// into each.

namespace nmt {

constexpr int64_t kLaneBytes = 64;  // of a vector: what the widest instructions take

template <class T>
struct Lanes {
  using Vector [[gnu::vector_size(kLaneBytes), gnu::aligned(alignof(T)), gnu::may_alias]] = T;
  static constexpr int64_t kCount = kLaneBytes / int64_t{sizeof(T)};
};

template <class T>
[[gnu::always_inline]] inline auto& lanes(const T* numbers) {
  return *reinterpret_cast<const typename Lanes<T>::Vector*>(numbers);
}
template <class T>
[[gnu::always_inline]] inline auto& lanes(T* numbers) {
  return *reinterpret_cast<typename Lanes<T>::Vector*>(numbers);
}

/// The sum of a vector's lanes, halves first.
[[gnu::always_inline]] inline float sum_of(const Lanes<float>::Vector& v) {
  const auto eight = __builtin_shufflevector(v, v, 0, 1, 2, 3, 4, 5, 6, 7) +
                     __builtin_shufflevector(v, v, 8, 9, 10, 11, 12, 13, 14, 15);
  const auto four = __builtin_shufflevector(eight, eight, 0, 1, 2, 3) +
                    __builtin_shufflevector(eight, eight, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}
[[gnu::always_inline]] inline double sum_of(const Lanes<double>::Vector& v) {
  const auto four =
      __builtin_shufflevector(v, v, 0, 1, 2, 3) + __builtin_shufflevector(v, v, 4, 5, 6, 7);
  return (four[0] + four[2]) + (four[1] + four[3]);
}

}  // namespace nmt
