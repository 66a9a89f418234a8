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

/// The kinds of ASCII, which most text is made of.
constexpr std::array<Kind, 0x80> kAsciiKinds = [] {
  std::array<Kind, 0x80> kinds{};
  for (char32_t c = '0'; c <= '9'; ++c) kinds[c] = Kind::kNumber;
  for (const char c : std::string_view("!\"#%&'()*,-./:;?@[\\]_{}"))
    kinds[static_cast<size_t>(c)] = Kind::kPunctuation;
  for (const char c : std::string_view("$+<=>^`|~")) kinds[static_cast<size_t>(c)] = Kind::kSymbol;
  return kinds;
}();

Kind kind_of(char32_t code_point) {
  return code_point < kAsciiKinds.size() ? kAsciiKinds[code_point] : look_up_kind(code_point);
}

bool is_careful(Kind kind) {
  return kind == Kind::kPunctuation || kind == Kind::kSymbol;
}

struct Character {
  char32_t code_point;
  Kind kind;
};
constexpr Character kBlank = {U' ', Kind::kOther};

/// Whether the rules may change a word, or it is not text.
bool needs_care(std::string_view word) {
  for (size_t position = 0; position < word.size();) {
    const auto byte = static_cast<uint8_t>(word[position]);
    if (byte < kAsciiKinds.size()) {
      if (is_careful(kAsciiKinds[byte])) return true;
      ++position;
      continue;
    }
    const char32_t code_point = next_code_point(word, position);
    if (code_point == kInvalidCodePoint || is_careful(look_up_kind(code_point))) return true;
  }
  return false;
}

/// Punctuation behind anything but a number gets blanks around it.
std::vector<Character> separate_behind_others(std::string_view text) {
  const std::u32string code_points = to_code_points(text);
  std::vector<Character> separated;
  separated.reserve(3 * code_points.size());
  for (size_t i = 0; i < code_points.size(); ++i) {
    const Character here = {code_points[i], kind_of(code_points[i])};
    separated.push_back(here);
    if (i + 1 == code_points.size() || here.kind == Kind::kNumber) continue;
    const Character next = {code_points[i + 1], kind_of(code_points[i + 1])};
    if (next.kind != Kind::kPunctuation) continue;
    separated.insert(separated.end(), {kBlank, next, kBlank});
    ++i;
  }
  return separated;
}

/// The rules for `text`, a word with the blanks that it stands between.
std::string separate(std::string_view text) {
  const std::vector<Character> separated = separate_behind_others(text);
  // Punctuation before anything but a number, and every symbol. The original does these one after
  // the other; a symbol is no punctuation, and a blank no symbol, so one pass gives the same.
  std::string tokens;
  tokens.reserve(2 * separated.size());
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
  return tokens;
}

}  // namespace

std::string TokenizerIntl::tokenize(std::string_view line) const {
  // The rules look no further than at the neighbour, and white space is just a character that is
  // neither a number nor punctuation. So words are treated one by one, and most contain nothing
  // that the rules ask about.
  std::string tokens;
  tokens.reserve(line.size() + line.size() / 4);
  const auto append = [&tokens](std::string_view token) {
    if (!tokens.empty()) tokens += ' ';
    tokens += token;
  };
  for (const std::string_view word : split(line)) {
    if (!needs_care(word)) {
      append(word);
      continue;
    }
    std::string padded(word);
    if (word.data() != line.data()) padded.insert(0, 1, ' ');
    if (word.data() + word.size() != line.data() + line.size()) padded += ' ';
    const std::string separated = separate(padded);
    for (const std::string_view token : split(separated)) append(token);
  }
  return tokens;
}

}  // namespace nmt::scoring
