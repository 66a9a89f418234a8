#pragma once

#include <string>

// Numbers as Python prints them, whatever the locale.

namespace nmt::scoring {

/// '%.{decimals}f': the binary value correctly rounded, so 2.675 gives 2.67 with two decimals.
/// Throws Error unless `decimals` is from 0 to 1074, as many as a double can have.
std::string fixed(double value, int decimals);

/// repr(): the shortest decimal that reads back as `value`, 100.0 or 1e-05.
std::string shortest(double value);

}  // namespace nmt::scoring
