#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace nmt {

/// Bytes in the character that starts with `first`; 1 for a byte that starts none.
inline size_t utf8_length(char first) {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xc0 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : byte < 0xf8 ? 4 : 1;
}

/// Offset of the first byte that is not text: a NUL, or a byte that breaks UTF-8 (overlong forms,
/// surrogates and code points above U+10FFFF are broken too). Nothing when the whole of `bytes` is
/// text.
std::optional<size_t> find_invalid_utf8(std::string_view bytes);

/// `bytes` with every maximal invalid part (Unicode 15, table 3-8) and every NUL replaced by
/// U+FFFD.
std::string replace_invalid_utf8(std::string_view bytes);

}  // namespace nmt
