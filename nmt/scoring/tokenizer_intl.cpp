#include "nmt/scoring/tokenizer_intl.h"

#include <unicode/uchar.h>

#include <array>
#include <vector>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

enum class Kind : uint8_t { kOther, kNumber, kPunctuation, kSymbol };

Kind look_up_kind(char32_t code_point) {
  const uint32_t category = U_GET_GC_MASK(static_cast<UChar32>(code_point));
  if ((category & U_GC_N_MASK) != 0) return Kind::kNumber;
  if ((category & U_GC_P_MASK) != 0) return Kind::kPunctuation;
  return (category & U_GC_S_MASK) != 0 ? Kind::kSymbol : Kind::kOther;
}

/// Most text is made of the first code points, whose kinds are kept.
Kind kind_of(char32_t code_point) {
  static const auto kinds = [] {
    std::array<Kind, 0x250> first{};
    for (char32_t c = 0; c < first.size(); ++c) first[c] = look_up_kind(c);
    return first;
  }();
  return code_point < kinds.size() ? kinds[code_point] : look_up_kind(code_point);
}

struct Character {
  char32_t code_point;
  Kind kind;
};
constexpr Character kBlank = {U' ', Kind::kOther};

}  // namespace

std::string TokenizerIntl::tokenize(std::string_view line) const {
  std::vector<Character> text;
  text.reserve(line.size());
  for (const char32_t code_point : to_code_points(line))
    text.push_back({code_point, kind_of(code_point)});

  // Punctuation behind anything but a number.
  std::vector<Character> separated;
  separated.reserve(2 * text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    separated.push_back(text[i]);
    if (i + 1 < text.size() && text[i].kind != Kind::kNumber &&
        text[i + 1].kind == Kind::kPunctuation) {
      separated.insert(separated.end(), {kBlank, text[++i], kBlank});
    }
  }

  // Punctuation before anything but a number, and every symbol. The original does these one after
  // the other; a symbol is no punctuation, and a blank no symbol, so one pass gives the same.
  std::string tokens;
  tokens.reserve(2 * line.size());
  const auto append = [&tokens](const Character& character) {
    const bool symbol = character.kind == Kind::kSymbol;
    if (symbol) tokens += ' ';
    append_code_point(tokens, character.code_point);
    if (symbol) tokens += ' ';
  };
  for (size_t i = 0; i < separated.size(); ++i) {
    const bool pair = i + 1 < separated.size() && separated[i].kind == Kind::kPunctuation &&
                      separated[i + 1].kind != Kind::kNumber;
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
