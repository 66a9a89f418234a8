#include "nmt/support/utf8.h"

#include <cstdint>
#include <cstring>

namespace nmt {
namespace {

struct Character {
  size_t bytes;  // of the character, or of the maximal invalid part
  bool valid;
};

// The character at the front of `bytes` (not empty), by Unicode 15, table 3-7: only the second byte
// has special limits.
Character first_character(std::string_view bytes) {
  const auto at = [&](size_t i) { return static_cast<unsigned char>(bytes[i]); };
  const unsigned char first = at(0);
  if (first < 0x80) return {1, first != 0};
  if (first < 0xc2 || first > 0xf4) return {1, false};
  const size_t length = utf8_length(bytes[0]);
  const unsigned char low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
  for (size_t i = 1; i < length; ++i) {
    if (i == bytes.size()) return {i, false};
    const bool continues = i == 1 ? at(i) >= low && at(i) <= high : (at(i) & 0xc0) == 0x80;
    if (!continues) return {i, false};
  }
  return {length, true};
}

// Eight bytes at once: all of them in 0x01…0x7f.
bool plain_ascii(const char* bytes) {
  uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  constexpr uint64_t kHigh = 0x8080808080808080ULL, kOnes = 0x0101010101010101ULL;
  return ((word | (word - kOnes)) & kHigh) == 0;
}

}  // namespace

std::optional<size_t> find_invalid_utf8(std::string_view bytes) {
  size_t i = 0;
  while (i < bytes.size()) {
    if (i + 8 <= bytes.size() && plain_ascii(bytes.data() + i)) {
      i += 8;
      continue;
    }
    const Character character = first_character(bytes.substr(i, 4));
    if (!character.valid) return i;
    i += character.bytes;
  }
  return std::nullopt;
}

std::string replace_invalid_utf8(std::string_view bytes) {
  std::string result;
  result.reserve(bytes.size());
  for (size_t i = 0; i < bytes.size();) {
    const Character character = first_character(bytes.substr(i, 4));
    if (character.valid)
      result.append(bytes.substr(i, character.bytes));
    else
      result += "\xef\xbf\xbd";
    i += character.bytes;
  }
  return result;
}

}  // namespace nmt
