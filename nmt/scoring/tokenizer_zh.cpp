#include "nmt/scoring/tokenizer_zh.h"

#include <algorithm>
#include <iterator>

#include "nmt/scoring/tokenizer_13a.h"
#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

struct Range {
  char32_t first, last;
};

/// What the original takes for Chinese. Its first range is a slip: it was meant to be the
/// supplementary ideographs U+20000-2A6D6, but reads as the general punctuation, arrows and symbols
/// U+2001-2A6D. Scores in print depend on it.
constexpr Range kChinese[] = {
    {0x2001, 0x2A6D}, {0x2E80, 0x2FDF}, {0x2FF0, 0x303F}, {0x3100, 0x312F}, {0x31A0, 0x31EF},
    {0x3200, 0x4DB5}, {0x4E00, 0x9FBB}, {0xF900, 0xFA2D}, {0xFA30, 0xFA6A}, {0xFA70, 0xFAD9},
    {0xFE10, 0xFE1F}, {0xFE30, 0xFE4F}, {0xFF00, 0xFFEF}};

bool is_chinese(char32_t code_point) {
  if (code_point < kChinese[0].first) return false;
  const auto* range =
      std::partition_point(std::begin(kChinese), std::end(kChinese),
                           [code_point](const Range& each) { return each.last < code_point; });
  return range != std::end(kChinese) && range->first <= code_point;
}

}  // namespace

std::string TokenizerZh::tokenize(std::string_view line) const {
  std::string separated;
  separated.reserve(2 * line.size());
  for (const char32_t code_point : to_code_points(trim(line))) {
    const bool chinese = is_chinese(code_point);
    if (chinese) separated += ' ';
    append_code_point(separated, code_point);
    if (chinese) separated += ' ';
  }
  return split_ascii_punctuation(separated);
}

}  // namespace nmt::scoring
