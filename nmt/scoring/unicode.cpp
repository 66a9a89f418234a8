#include "nmt/scoring/unicode.h"

#include <unicode/ucasemap.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// Whether a white-space character can start with this byte.
constexpr std::array<bool, 256> kMayStartSpace = [] {
  std::array<bool, 256> starts{};
  for (unsigned c = 0x09; c <= 0x0D; ++c) starts[c] = true;
  for (unsigned c = 0x1C; c <= 0x20; ++c) starts[c] = true;
  for (const unsigned c : {0xC2u, 0xE1u, 0xE2u, 0xE3u}) starts[c] = true;
  return starts;
}();

bool may_start_space(char c) {
  return kMayStartSpace[static_cast<uint8_t>(c)];
}

struct CaseMapDeleter {
  void operator()(UCaseMap* map) const { ucasemap_close(map); }
};

const UCaseMap& root_case_map() {
  static const std::unique_ptr<UCaseMap, CaseMapDeleter> map = [] {
    UErrorCode status = U_ZERO_ERROR;
    std::unique_ptr<UCaseMap, CaseMapDeleter> opened(ucasemap_open("", 0, &status));
    if (U_FAILURE(status)) throw Error(text("ICU cannot map letter case: ", u_errorName(status)));
    return opened;
  }();
  return *map;
}

}  // namespace

char32_t next_long_code_point(std::string_view utf8, size_t& position) {
  const auto first = static_cast<uint8_t>(utf8[position]);
  const auto second = position + 1 < utf8.size() ? static_cast<uint8_t>(utf8[position + 1]) : 0U;
  if (first >= 0xC2 && first < 0xE0 && (second & 0xC0) == 0x80) {
    position += 2;
    return char32_t{first & 0x1Fu} << 6 | (second & 0x3Fu);
  }
  auto index = static_cast<int64_t>(position);
  UChar32 code_point = 0;
  U8_NEXT(reinterpret_cast<const uint8_t*>(utf8.data()), index, static_cast<int64_t>(utf8.size()),
          code_point);
  position = static_cast<size_t>(index);
  return code_point < 0 ? kInvalidCodePoint : static_cast<char32_t>(code_point);
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string code_points;
  code_points.reserve(utf8.size());
  for (size_t position = 0; position < utf8.size();) {
    const size_t start = position;
    const char32_t code_point = next_code_point(utf8, position);
    if (code_point == kInvalidCodePoint) {
      throw Error(text("text is not valid UTF-8 at byte ", start + 1),
                  "Convert it to UTF-8, for example with iconv.");
    }
    code_points.push_back(code_point);
  }
  return code_points;
}

void append_code_point(std::string& utf8, char32_t code_point) {
  if (code_point < 0x80) {
    utf8 += static_cast<char>(code_point);
    return;
  }
  uint8_t bytes[U8_MAX_LENGTH];
  int32_t length = 0;
  U8_APPEND_UNSAFE(bytes, length, code_point);
  utf8.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(length));
}

std::string to_utf8(std::u32string_view code_points) {
  std::string utf8;
  utf8.reserve(code_points.size());
  for (const char32_t code_point : code_points) append_code_point(utf8, code_point);
  return utf8;
}

std::optional<size_t> find_invalid_utf8(std::string_view bytes) {
  constexpr uint64_t kHighBits = 0x8080808080808080ULL;
  for (size_t position = 0; position < bytes.size();) {
    uint64_t eight = kHighBits;
    if (position + sizeof eight <= bytes.size())
      std::memcpy(&eight, bytes.data() + position, sizeof eight);
    if ((eight & kHighBits) == 0) {
      position += sizeof eight;
      continue;
    }
    const size_t start = position;
    if (next_code_point(bytes, position) == kInvalidCodePoint) return start;
  }
  return std::nullopt;
}

std::string to_lower(std::string_view utf8) {
  std::string lower(utf8);
  const bool ascii =
      std::all_of(utf8.begin(), utf8.end(), [](char c) { return static_cast<uint8_t>(c) < 0x80; });
  if (ascii) {
    for (char& c : lower) {
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return lower;
  }
  for (;;) {
    UErrorCode status = U_ZERO_ERROR;
    const int32_t length =
        ucasemap_utf8ToLower(&root_case_map(), lower.data(), static_cast<int32_t>(lower.size()),
                             utf8.data(), static_cast<int32_t>(utf8.size()), &status);
    lower.resize(static_cast<size_t>(length));
    if (status == U_BUFFER_OVERFLOW_ERROR) continue;
    if (U_FAILURE(status)) throw Error(text("cannot lower-case a text: ", u_errorName(status)));
    return lower;
  }
}

std::string_view trim_right(std::string_view utf8) {
  while (!utf8.empty()) {
    // A white-space character has at most three bytes, and none ends like another's longer form.
    size_t length = 0;
    for (size_t tail = 1; tail <= std::min<size_t>(3, utf8.size()) && length == 0; ++tail) {
      if (space_length(utf8.substr(utf8.size() - tail)) == tail) length = tail;
    }
    if (length == 0) break;
    utf8.remove_suffix(length);
  }
  return utf8;
}

std::string_view trim(std::string_view utf8) {
  for (size_t length = space_length(utf8); length > 0; length = space_length(utf8))
    utf8.remove_prefix(length);
  return trim_right(utf8);
}

std::vector<std::string_view> split(std::string_view utf8) {
  std::vector<std::string_view> parts;
  parts.reserve(utf8.size() / 4 + 1);
  const char* const end = utf8.data() + utf8.size();
  const char* start = utf8.data();
  for (const char* here = start;;) {
    while (here != end && !may_start_space(*here)) ++here;
    const auto rest = static_cast<size_t>(end - here);
    const size_t length = space_length({here, rest});
    if (length == 0 && rest > 0) {
      ++here;
      continue;
    }
    if (here > start) parts.push_back({start, static_cast<size_t>(here - start)});
    if (rest == 0) return parts;
    here += length;
    start = here;
  }
}

std::string squeeze(std::string_view utf8) {
  std::string squeezed;
  squeezed.reserve(utf8.size());
  for (const std::string_view part : split(utf8)) {
    if (!squeezed.empty()) squeezed += ' ';
    squeezed += part;
  }
  return squeezed;
}

}  // namespace nmt::scoring
