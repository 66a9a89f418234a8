#include "nmt/scoring/words.h"

#include <unicode/uchar.h>
#include <unicode/uscript.h>

#include <algorithm>

#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

enum class Kind { kSpace, kMark, kAlone, kRun };

bool is_written_without_blanks(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  switch (uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
      return true;
    default:
      return false;
  }
}

Kind kind_of(UChar32 c) {
  if (is_space(static_cast<char32_t>(c))) return Kind::kSpace;
  const uint32_t category = U_GET_GC_MASK(c);
  if ((category & U_GC_M_MASK) != 0) return Kind::kMark;
  if ((category & (U_GC_P_MASK | U_GC_S_MASK)) != 0) return Kind::kAlone;
  return is_written_without_blanks(c) ? Kind::kAlone : Kind::kRun;
}

UChar32 next_character(std::string_view utf8, size_t& position) {
  const size_t start = position;
  const char32_t c = next_code_point(utf8, position);
  if (c == kInvalidCodePoint)
    throw Error(text("invalid UTF-8 at byte ", start + 1, " of a segment"),
                "Convert the text to UTF-8.");
  return static_cast<UChar32>(c);
}

bool has_letter(std::string_view word) {
  for (size_t position = 0; position < word.size();)
    if (u_isalpha(next_character(word, position))) return true;
  return false;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view utf8) {
  std::vector<std::string_view> words;
  Kind previous = Kind::kSpace;
  size_t start = 0;
  for (size_t position = 0; position < utf8.size();) {
    const size_t here = position;
    const Kind kind = kind_of(next_character(utf8, position));
    if (kind == Kind::kMark && previous != Kind::kSpace) continue;  // belongs to what it marks
    if (kind != Kind::kRun || previous != Kind::kRun) {
      if (previous != Kind::kSpace) words.push_back(utf8.substr(start, here - start));
      start = here;
    }
    previous = kind;
  }
  if (previous != Kind::kSpace) words.push_back(utf8.substr(start));
  return words;
}

size_t count_letter_words(std::string_view utf8) {
  const std::vector<std::string_view> words = split_words(utf8);
  return static_cast<size_t>(std::count_if(words.begin(), words.end(), has_letter));
}

}  // namespace nmt::scoring
