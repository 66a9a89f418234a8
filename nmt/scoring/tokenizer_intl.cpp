#include "nmt/scoring/tokenizer_intl.h"

#include <unicode/uchar.h>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

bool in_category(char32_t code_point, uint32_t mask) {
  return (U_GET_GC_MASK(static_cast<UChar32>(code_point)) & mask) != 0;
}
bool is_number(char32_t c) {
  return in_category(c, U_GC_N_MASK);
}
bool is_punctuation(char32_t c) {
  return in_category(c, U_GC_P_MASK);
}
bool is_symbol(char32_t c) {
  return in_category(c, U_GC_S_MASK);
}

}  // namespace

std::string TokenizerIntl::tokenize(std::string_view line) const {
  const std::u32string text = to_code_points(line);

  // Punctuation behind anything but a number.
  std::u32string separated;
  separated.reserve(2 * text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    separated += text[i];
    if (i + 1 < text.size() && !is_number(text[i]) && is_punctuation(text[i + 1])) {
      separated += U' ';
      separated += text[++i];
      separated += U' ';
    }
  }

  // Punctuation before anything but a number, and every symbol. The original does these one after
  // the other; a symbol is no punctuation, and a blank no symbol, so one pass gives the same.
  std::string tokens;
  tokens.reserve(2 * line.size());
  const auto append = [&tokens](char32_t code_point) {
    const bool symbol = is_symbol(code_point);
    if (symbol) tokens += ' ';
    append_code_point(tokens, code_point);
    if (symbol) tokens += ' ';
  };
  for (size_t i = 0; i < separated.size(); ++i) {
    const bool pair =
        i + 1 < separated.size() && is_punctuation(separated[i]) && !is_number(separated[i + 1]);
    if (!pair) {
      append(separated[i]);
      continue;
    }
    tokens += ' ';
    append(separated[i]);
    tokens += ' ';
    append(separated[++i]);
  }
  return squeeze(tokens);
}

}  // namespace nmt::scoring
