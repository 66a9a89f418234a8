#include "nmt/scoring/sample_mean.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

#include "nmt/scoring/uint128.h"

namespace nmt::scoring {
namespace {

constexpr int kLeastExponent = -1074;  // of a double

/// A sum of doubles as a whole number of 2^-1074, lowest limb first.
class ExactSum {
 public:
  void add(double value) {
    int exponent = 0;
    auto mantissa = static_cast<uint64_t>(std::ldexp(std::frexp(value, &exponent), 53));
    int shift = exponent - 53 - kLeastExponent;
    if (shift < 0) {  // subnormal: its lowest bits are 0
      mantissa >>= -shift;
      shift = 0;
    }
    uint128 carry = static_cast<uint128>(mantissa) << (shift % 64);
    for (auto limb = static_cast<size_t>(shift / 64); carry != 0; ++limb) {
      const uint128 total = static_cast<uint128>(limbs_[limb]) + static_cast<uint64_t>(carry);
      limbs_[limb] = static_cast<uint64_t>(total);
      carry = (carry >> 64) + (total >> 64);
    }
  }

  /// Rounded to nearest, ties to even.
  double divided_by(uint64_t divisor) const {
    auto quotient = limbs_;
    uint128 remainder = 0;
    size_t top = 0;
    for (size_t i = limbs_.size(); i-- > 0;) {
      const uint128 part = remainder << 64 | limbs_[i];
      quotient[i] = static_cast<uint64_t>(part / divisor);
      remainder = part % divisor;
      if (top == 0 && quotient[i] != 0) top = i;
    }
    return round(quotient, top, remainder != 0);
  }

 private:
  using Limbs = std::array<uint64_t, 36>;

  static double round(const Limbs& limbs, size_t top, bool has_rest) {
    // The leading 64 bits, then whether anything follows them.
    const int unused = std::countl_zero(limbs[top]);
    int exponent = static_cast<int>(64 * top) - unused;
    uint64_t leading = limbs[top];
    if (top == 0) {
      if (unused == 64) return 0;
      exponent = 0;
    } else {
      if (unused > 0) leading = leading << unused | limbs[top - 1] >> (64 - unused);
      has_rest = has_rest || (unused == 0 ? limbs[top - 1] : limbs[top - 1] << unused) != 0;
      for (size_t i = 0; i + 1 < top; ++i) has_rest = has_rest || limbs[i] != 0;
    }
    const int excess = 64 - std::countl_zero(leading) - 53;
    if (excess <= 0) return std::ldexp(static_cast<double>(leading), exponent + kLeastExponent);
    const uint64_t rest = leading & ((uint64_t{1} << excess) - 1);
    const uint64_t half = uint64_t{1} << (excess - 1);
    uint64_t mantissa = leading >> excess;
    if (rest > half || (rest == half && (has_rest || mantissa % 2 == 1))) ++mantissa;
    return std::ldexp(static_cast<double>(mantissa), exponent + excess + kLeastExponent);
  }

  Limbs limbs_{};
};

template <class Number>
Number pairwise_sum(std::span<const Number> values) {
  constexpr size_t kBlock = 128;
  constexpr size_t kLanes = 8;
  if (values.size() > kBlock) {
    const size_t half = values.size() / 2 / kLanes * kLanes;
    return pairwise_sum(values.first(half)) + pairwise_sum(values.subspan(half));
  }
  Number sum = 0;
  size_t next = 0;
  if (values.size() >= kLanes) {
    std::array<Number, kLanes> lanes{};
    for (; next + kLanes <= values.size(); next += kLanes) {
      for (size_t lane = 0; lane < kLanes; ++lane) lanes[lane] += values[next + lane];
    }
    sum = ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) +
          ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
  }
  for (; next < values.size(); ++next) sum += values[next];
  return sum;
}

}  // namespace

double exact_mean(std::span<const double> values) {
  ExactSum sum;
  for (const double value : values) sum.add(value);
  return sum.divided_by(values.size());
}

template <class Number>
Number numpy_mean(std::span<const Number> values) {
  return pairwise_sum(values) / static_cast<Number>(values.size());
}
template float numpy_mean(std::span<const float> values);
template double numpy_mean(std::span<const double> values);

}  // namespace nmt::scoring
