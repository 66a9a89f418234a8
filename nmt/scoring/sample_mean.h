#pragma once

#include <cstddef>
#include <span>
#include <vector>

// Means of scores to the last digit as Python and NumPy compute them.

namespace nmt::scoring {

/// statistics.mean() of Python: the exact mean, rounded once. No value may be negative.
double exact_mean(std::span<const double> values);

/// numpy.mean(): sums in pairs of blocks, rounded to Number after each addition.
template <class Number>
Number numpy_mean(std::span<const Number> values);

}  // namespace nmt::scoring
