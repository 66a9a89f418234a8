#include "nmt/scoring/tokenizer_intl.h"

#include <unicode/uchar.h>

#include <array>
#include <vector>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

enum class Kind : uint8_t { kOther, kSpace, kNumber, kPunctuation, kSymbol };

Kind look_up_kind(char32_t code_point) {
  if (is_space(code_point)) return Kind::kSpace;
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

/// Bytes that are letters and digits of ASCII, or control characters: nothing to care about.
const auto kIsPlain = [] {
  std::array<bool, 256> plain{};
  for (char32_t c = 0; c < 0x80; ++c)
    plain[c] = kind_of(c) == Kind::kOther || kind_of(c) == Kind::kNumber;
  return plain;
}();

struct Character {
  char32_t code_point;
  Kind kind;
};
constexpr Character kBlank = {U' ', Kind::kSpace};

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
    const Kind kind = code_point == kInvalidCodePoint ? Kind::kPunctuation : kind_of(code_point);
    if (kind == Kind::kSpace) break;
    if (kind >= Kind::kPunctuation) word.needs_care = true;
    end = next;
  }
  word.text = line.substr(start, end - start);
  return word;
}

/// Tokens with one blank between them.
class TokenWriter {
 public:
  explicit TokenWriter(size_t expected_bytes) { tokens_.reserve(expected_bytes); }

  /// What follows is another token, if anything does.
  void end_token() { is_inside_ = false; }
  void append(char32_t code_point) {
    begin_token();
    append_code_point(tokens_, code_point);
  }
  void append(std::string_view text) {
    begin_token();
    tokens_ += text;
  }
  std::string finish() { return std::move(tokens_); }

 private:
  void begin_token() {
    if (!is_inside_ && !tokens_.empty()) tokens_ += ' ';
    is_inside_ = true;
  }

  std::string tokens_;
  bool is_inside_ = false;
};

/// The rules for single words. They look no further than at the neighbour.
class WordSeparator {
 public:
  explicit WordSeparator(TokenWriter& tokens) : tokens_(tokens) {
    constexpr size_t kUsualLength = 32;
    characters_.reserve(kUsualLength);
    separated_.reserve(2 * kUsualLength);
  }

  /// Writes the tokens of `word`; `before` and `after` say whether white space stands there in its
  /// line.
  void separate(std::string_view word, bool before, bool after) {
    characters_.clear();
    if (before) characters_.push_back(kBlank);
    for_each_code_point(word, [this](char32_t c) { characters_.push_back({c, kind_of(c)}); });
    if (after) characters_.push_back(kBlank);
    separate_behind_others();
    write();
  }

 private:
  /// Punctuation behind anything but a number gets blanks around it.
  void separate_behind_others() {
    separated_.clear();
    for (size_t i = 0; i < characters_.size(); ++i) {
      const Character& here = characters_[i];
      separated_.push_back(here);
      if (i + 1 == characters_.size() || here.kind == Kind::kNumber ||
          characters_[i + 1].kind != Kind::kPunctuation)
        continue;
      separated_.insert(separated_.end(), {kBlank, characters_[++i], kBlank});
    }
  }

  /// Blanks around punctuation before anything but a number, and around every symbol. The original
  /// does these one after the other; a symbol is no punctuation, and a blank no symbol, so one pass
  /// gives the same.
  void write() {
    for (size_t i = 0; i < separated_.size(); ++i) {
      const bool pair = separated_[i].kind == Kind::kPunctuation && i + 1 < separated_.size() &&
                        separated_[i + 1].kind != Kind::kNumber;
      if (pair) tokens_.end_token();
      write(separated_[i]);
      if (!pair) continue;
      tokens_.end_token();
      write(separated_[++i]);
    }
  }

  void write(const Character& character) {
    const bool alone = character.kind == Kind::kSymbol;
    if (alone || character.kind == Kind::kSpace) tokens_.end_token();
    if (character.kind != Kind::kSpace) tokens_.append(character.code_point);
    if (alone) tokens_.end_token();
  }

  TokenWriter& tokens_;
  std::vector<Character> characters_;
  std::vector<Character> separated_;
};

}  // namespace

std::string TokenizerIntl::tokenize(std::string_view line) const {
  // White space is just a character that is neither a number nor punctuation. So words are treated
  // one by one, and most contain nothing that the rules ask about.
  TokenWriter tokens(line.size() + line.size() / 4);
  WordSeparator separator(tokens);
  for (size_t start = 0; start < line.size();) {
    const auto [word, needs_care] = next_word(line, start);
    const size_t end = start + word.size();
    if (needs_care) {
      separator.separate(word, start > 0, end < line.size());
    } else if (!word.empty()) {
      tokens.append(word);
    }
    tokens.end_token();
    start = end;
    if (start < line.size()) next_code_point(line, start);  // the white space behind it
  }
  return tokens.finish();
}

}  // namespace nmt::scoring
