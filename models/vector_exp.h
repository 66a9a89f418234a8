#pragma once

#include <cstdint>

#include "models/lanes.h"

namespace nmt {

/// Replaces x by e^x in each lane, for x up to 88; below −87 it is that of −87, about 10⁻³⁸. Within
/// 2 units in the last place. Cody and Waite's reduction to [−ln 2 / 2, ln 2 / 2], and the
/// polynomial of Moshier's Cephes library (expf).
template <int64_t kBytes>
[[gnu::always_inline]] inline void exponentiate(typename Lanes<float, kBytes>::Vector& x) {
  using Floats = typename Lanes<float, kBytes>::Vector;
  using Integers = typename Lanes<int32_t, kBytes>::Vector;
  const Floats lowest = Floats{} - 87.0F;
  x = x > lowest ? x : lowest;
  // To add 1.5 · 2²³ rounds to whole numbers, and leaves them in the lowest bits.
  constexpr float kRounding = 12582912.0F;
  const Floats rounded = x * 1.44269504F + kRounding;
  const Floats power = rounded - kRounding;
  const Floats r = x - power * 0.693359375F + power * 2.12194440e-4F;
  Floats p = r * 1.9875691500e-4F + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  const Integers exponent = (reinterpret_cast<const Integers&>(rounded) << 23) + 0x3F800000;
  x = p * reinterpret_cast<const Floats&>(exponent);
}

}  // namespace nmt
