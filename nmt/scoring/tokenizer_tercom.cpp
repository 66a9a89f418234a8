#include "nmt/scoring/tokenizer_tercom.h"

#include <algorithm>
#include <array>

#include "nmt/scoring/text_replacement.h"
#include "nmt/scoring/tokenizer_13a.h"
#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

struct Range {
  char32_t first, last;
};

template <size_t kCount>
bool is_in(const std::array<Range, kCount>& ranges, char32_t c) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [c](const Range& range) { return range.first <= c && c <= range.last; });
}

/// What becomes a word of its own. The range from U+3200 is a slip of the original, which meant to
/// end at U+32FF. Its rules for kana can never match, so kana are not here.
constexpr std::array<Range, 8> kIdeographs = {{{0x2E80, 0x2EFF},
                                               {0x31C0, 0x31EF},
                                               {0x3200, 0x3F22},
                                               {0x3300, 0x33FF},
                                               {0x3400, 0x4DBF},
                                               {0x4E00, 0x9FFF},
                                               {0xF900, 0xFAFF},
                                               {0xFE30, 0xFE4F}}};
constexpr std::array<Range, 11> kPunctuation = {{{0x3001, 0x3002},
                                                 {0x3008, 0x3011},
                                                 {0x3014, 0x301F},
                                                 {0x30FB, 0x30FB},
                                                 {0xFF01, 0xFF02},
                                                 {0xFF08, 0xFF09},
                                                 {0xFF0C, 0xFF0C},
                                                 {0xFF0E, 0xFF0E},
                                                 {0xFF1A, 0xFF1B},
                                                 {0xFF1F, 0xFF1F},
                                                 {0xFF61, 0xFF65}}};

std::string normalize(std::string_view segment) {
  std::string line(segment);
  replace_all(line, "\n-", "");
  replace_all(line, "\n", " ");
  if (line.find('&') != std::string::npos) {
    replace_all(line, "&quot;", "\"");
    replace_all(line, "&amp;", "&");
    replace_all(line, "&lt;", "<");
    replace_all(line, "&gt;", ">");
  }
  // The possessive 's becomes a word where a blank or punctuation follows.
  std::string padded = " ";
  padded.reserve(line.size() + 8);
  for (size_t i = 0; i < line.size(); ++i) {
    const bool possessive =
        line.compare(i, 2, "'s") == 0 && (i + 2 == line.size() || is_isolated_by_13a(line[i + 2]));
    if (possessive) padded += ' ';
    padded += line[i];
  }
  return split_ascii_punctuation(padded += ' ');
}

std::string separate_ideographs(std::string_view line) {
  std::string separated;
  separated.reserve(2 * line.size());
  for (const char32_t c : to_code_points(line)) {
    const bool separate = is_in(kIdeographs, c) || is_in(kPunctuation, c);
    if (separate) separated += ' ';
    append_code_point(separated, c);
    if (separate) separated += ' ';
  }
  return separated;
}

std::string without_asian_punctuation(std::string_view line) {
  std::u32string kept = to_code_points(line);
  std::erase_if(kept, [](char32_t c) { return is_in(kPunctuation, c); });
  return to_utf8(kept);
}

}  // namespace

std::string prepare_for_ter(std::string_view segment, const TercomOptions& options) {
  std::string line = options.case_sensitive ? std::string(segment) : to_lower(segment);
  if (options.normalized) {
    line = normalize(line);
    if (options.asian_support) line = separate_ideographs(line);
  }
  if (options.no_punctuation) {
    std::erase_if(
        line, [](char c) { return std::string_view(".,?:;!\"()").find(c) != std::string::npos; });
    if (options.asian_support) line = without_asian_punctuation(line);
  }
  return squeeze(line);
}

}  // namespace nmt::scoring
