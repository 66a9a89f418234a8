#pragma once

// Arithmetic that mixes Python's floats with NumPy's 32-bit ones as NumPy 2 does (NEP 50): whatever
// a 32-bit number takes part in is rounded to 32 bits, Python numbers included. sacreBLEU computes
// the scores of resamples so, and p-values depend on it.

namespace nmt::scoring {

class NumpyNumber {
 public:
  NumpyNumber() = default;
  /// A number of Python's.
  constexpr NumpyNumber(double value) : value_(value) {}
  /// A numpy.float32.
  constexpr NumpyNumber(float value) : value_(value), is_single_(true) {}

  constexpr double value() const { return value_; }
  constexpr bool is_single() const { return is_single_; }

  friend constexpr NumpyNumber operator+(NumpyNumber a, NumpyNumber b) {
    return combine(a, b, [](auto x, auto y) { return x + y; });
  }
  friend constexpr NumpyNumber operator-(NumpyNumber a, NumpyNumber b) {
    return combine(a, b, [](auto x, auto y) { return x - y; });
  }
  friend constexpr NumpyNumber operator*(NumpyNumber a, NumpyNumber b) {
    return combine(a, b, [](auto x, auto y) { return x * y; });
  }
  friend constexpr NumpyNumber operator/(NumpyNumber a, NumpyNumber b) {
    return combine(a, b, [](auto x, auto y) { return x / y; });
  }
  friend constexpr bool operator==(NumpyNumber a, double b) { return a.value_ == b; }
  friend constexpr bool operator>(NumpyNumber a, double b) { return a.value_ > b; }

 private:
  template <class Operation>
  static constexpr NumpyNumber combine(NumpyNumber a, NumpyNumber b, Operation operation) {
    if (!a.is_single_ && !b.is_single_) return operation(a.value_, b.value_);
    return operation(static_cast<float>(a.value_), static_cast<float>(b.value_));
  }

  double value_ = 0;
  bool is_single_ = false;
};

}  // namespace nmt::scoring
