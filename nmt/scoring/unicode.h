#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// Text as Python sees it, which is what sacreBLEU computes on: strings are sequences of code
// points, white space is str.isspace(), lower-casing is str.lower(). All functions take and give
// UTF-8 unless they say otherwise.

namespace nmt::scoring {

inline constexpr char32_t kInvalidCodePoint = 0xFFFFFFFF;

/// Decodes the character at `position`, which has no short form, and moves behind it.
char32_t next_long_code_point(std::string_view utf8, size_t& position);

/// Decodes the character at `position` and moves behind it; kInvalidCodePoint where the bytes are
/// not UTF-8.
inline char32_t next_code_point(std::string_view utf8, size_t& position) {
  const auto first = static_cast<uint8_t>(utf8[position]);
  if (first < 0x80) {
    ++position;
    return first;
  }
  const auto second = position + 1 < utf8.size() ? static_cast<uint8_t>(utf8[position + 1]) : 0U;
  if (first < 0xC2 || first >= 0xE0 || (second & 0xC0U) != 0x80)
    return next_long_code_point(utf8, position);
  position += 2;
  return char32_t{first & 0x1FU} << 6U | (second & 0x3FU);
}

/// Throws the Error that `utf8` is not valid at `position`.
[[noreturn]] void refuse_utf8(size_t position);

/// Calls `work` with each code point of `utf8`. Throws Error when it is not valid UTF-8.
template <class Work>
void for_each_code_point(std::string_view utf8, Work work) {
  for (size_t position = 0; position < utf8.size();) {
    const size_t start = position;
    const char32_t code_point = next_code_point(utf8, position);
    if (code_point == kInvalidCodePoint) refuse_utf8(start);
    work(code_point);
  }
}

/// The code points of `utf8`. Throws Error when it is not valid UTF-8.
std::u32string to_code_points(std::string_view utf8);

/// Appends `code_point` to `utf8`.
void append_code_point(std::string& utf8, char32_t code_point);

std::string to_utf8(std::u32string_view code_points);

/// Offset of the first byte that is not part of valid UTF-8 (no surrogates, no overlong forms), if
/// there is one.
std::optional<size_t> find_invalid_utf8(std::string_view bytes);

/// Python's str.isspace() of one code point.
inline bool is_space(char32_t c) {
  if (c < 0x80) return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
  return c == 0x85 || c == 0xA0 || c == 0x1680 || (c >= 0x2000 && c <= 0x200A) || c == 0x2028 ||
         c == 0x2029 || c == 0x202F || c == 0x205F || c == 0x3000;
}

/// Number of bytes of the white-space character at the start of `utf8`; 0 if there is none.
inline size_t space_length(std::string_view utf8) {
  const auto byte = [utf8](size_t i) {
    return i < utf8.size() ? static_cast<uint8_t>(utf8[i]) : 0;
  };
  const unsigned first = byte(0);
  if (first < 0x80) {
    const bool space =
        first == ' ' || (first >= 0x09 && first <= 0x0D) || (first >= 0x1C && first <= 0x1F);
    return space ? 1 : 0;
  }
  if (first == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;
  if (first == 0xE1) return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;  // U+1680
  if (first == 0xE3) return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;  // U+3000
  if (first != 0xE2) return 0;
  const unsigned last = byte(2);
  if (byte(1) == 0x81) return last == 0x9F ? 3 : 0;  // U+205F
  if (byte(1) != 0x80) return 0;
  const bool space = (last >= 0x80 && last <= 0x8A) || last == 0xA8 || last == 0xA9 || last == 0xAF;
  return space ? 3 : 0;  // U+2000-200A, 2028, 2029, 202F
}

/// Python's str.lower(): full Unicode mapping without a language, with the final form of sigma.
std::string to_lower(std::string_view utf8);

/// Without the white space at the end: Python's str.rstrip().
std::string_view trim_right(std::string_view utf8);

/// Without the white space at both ends: Python's str.strip().
std::string_view trim(std::string_view utf8);

/// Whether a white-space character can start with this byte.
inline constexpr std::array<bool, 256> kMayStartSpace = [] {
  std::array<bool, 256> starts{};
  for (unsigned c = 0x09; c <= 0x0D; ++c) starts[c] = true;
  for (unsigned c = 0x1C; c <= 0x20; ++c) starts[c] = true;
  for (const unsigned c : {0xC2U, 0xE1U, 0xE2U, 0xE3U}) starts[c] = true;
  return starts;
}();

/// Calls `work` with each part between runs of white space, a view into `utf8`.
template <class Work>
void for_each_part(std::string_view utf8, Work work) {
  const char* const end = utf8.data() + utf8.size();
  const char* start = utf8.data();
  for (const char* here = start;;) {
    while (here != end && !kMayStartSpace[static_cast<uint8_t>(*here)]) ++here;
    const auto rest = static_cast<size_t>(end - here);
    const size_t length = space_length({here, rest});
    if (length == 0 && rest > 0) {
      ++here;
      continue;
    }
    if (here > start) work(std::string_view(start, static_cast<size_t>(here - start)));
    if (rest == 0) return;
    here += length;
    start = here;
  }
}

/// The parts between runs of white space: Python's str.split(). Views into `utf8`.
std::vector<std::string_view> split(std::string_view utf8);

/// Every run of white space becomes one blank, none at the ends: Python's ' '.join(s.split()).
std::string squeeze(std::string_view utf8);

}  // namespace nmt::scoring
