#include "nmt/scoring/unicode.h"

#include <unicode/ucasemap.h>
#include <unicode/utf8.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

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
  auto index = static_cast<int64_t>(position);
  UChar32 code_point = 0;
  U8_NEXT(reinterpret_cast<const uint8_t*>(utf8.data()), index, static_cast<int64_t>(utf8.size()),
          code_point);
  position = static_cast<size_t>(index);
  return code_point < 0 ? kInvalidCodePoint : static_cast<char32_t>(code_point);
}

void refuse_utf8(size_t position) {
  throw Error(text("text is not valid UTF-8 at byte ", position + 1),
              "Convert it to UTF-8, for example with iconv.");
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string code_points;
  code_points.reserve(utf8.size());
  for_each_code_point(utf8, [&code_points](char32_t c) { code_points.push_back(c); });
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
  for_each_part(utf8, [&parts](std::string_view part) { parts.push_back(part); });
  return parts;
}

std::string squeeze(std::string_view utf8) {
  std::string squeezed;
  squeezed.reserve(utf8.size());
  for_each_part(utf8, [&squeezed](std::string_view part) {
    if (!squeezed.empty()) squeezed += ' ';
    squeezed += part;
  });
  return squeezed;
}

}  // namespace nmt::scoring
