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
const auto kFirstKinds = [] {
  std::array<Kind, 0x250> first{};
  for (char32_t c = 0; c < first.size(); ++c) first[c] = look_up_kind(c);
  return first;
}();

Kind kind_of(char32_t code_point) {
  return code_point < kFirstKinds.size() ? kFirstKinds[code_point] : look_up_kind(code_point);
}

bool is_careful(Kind kind) {
  return kind == Kind::kPunctuation || kind == Kind::kSymbol;
}

struct Character {
  char32_t code_point;
  Kind kind;
};
constexpr Character kBlank = {U' ', Kind::kOther};

/// Letters and digits of ASCII: neither white space nor anything that the rules ask about.
const auto kIsPlain = [] {
  std::array<bool, 256> plain{};
  for (char32_t c = '!'; c < 0x7F; ++c) plain[c] = !is_careful(kind_of(c));
  return plain;
}();

struct Word {
  std::string_view text;
  bool needs_care = false;  // the rules may change it, or it is not UTF-8
};

/// The word that starts at `start`, up to white space or the end; it may be empty.
Word next_word(std::string_view line, size_t start) {
  Word word;
  size_t end = start;
  while (end < line.size()) {
    if (kIsPlain[static_cast<uint8_t>(line[end])]) {
      ++end;
      continue;
    }
    size_t next = end;
    const char32_t code_point = next_code_point(line, next);
    if (is_space(code_point)) break;
    word.needs_care =
        word.needs_care || code_point == kInvalidCodePoint || is_careful(kind_of(code_point));
    end = next;
  }
  word.text = line.substr(start, end - start);
  return word;
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
  for (size_t start = 0; start < line.size();) {
    const auto [word, needs_care] = next_word(line, start);
    const size_t end = start + word.size();
    if (needs_care) {
      std::string padded(word);
      if (start > 0) padded.insert(0, 1, ' ');
      if (end < line.size()) padded += ' ';
      const std::string separated = separate(padded);
      for (const std::string_view token : split(separated)) append(token);
    } else if (!word.empty()) {
      append(word);
    }
    start = end;
    if (start < line.size()) next_code_point(line, start);  // the white space behind it
  }
  return tokens;
}

}  // namespace nmt::scoring
