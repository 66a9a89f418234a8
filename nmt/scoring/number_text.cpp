#include "nmt/scoring/number_text.h"

#include <charconv>
#include <cmath>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

constexpr int kMostDecimals = 1074;  // the smallest double has so many; all others are zeros

}  // namespace

std::string fixed(double value, int decimals) {
  if (decimals < 0 || decimals > kMostDecimals) {
    throw Error(text("numbers cannot have ", decimals, " decimals"),
                text("Use 0 to ", kMostDecimals, "."));
  }
  constexpr size_t kLongestInteger = 320;  // digits of the greatest double, sign and point
  std::string digits(kLongestInteger + static_cast<size_t>(decimals), '\0');
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value,
                                 std::chars_format::fixed, decimals);
  digits.resize(static_cast<size_t>(end.ptr - digits.data()));
  return digits;
}

std::string shortest(double value) {
  char buffer[32];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  std::string scientific(buffer, end.ptr);
  if (!std::isfinite(value)) return scientific;

  // Python writes exponents from 16 up and below -4, and always something behind the point.
  const int exponent = std::stoi(scientific.substr(scientific.find('e') + 1));
  if (exponent < -4 || exponent >= 16) return scientific;
  const auto plain_end =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::fixed);
  std::string plain(buffer, plain_end.ptr);
  return plain.find('.') == std::string::npos ? plain + ".0" : plain;
}

}  // namespace nmt::scoring
