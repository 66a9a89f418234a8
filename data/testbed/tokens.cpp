#include "data/testbed/tokens.h"

#include <unicode/uchar.h>
#include <unicode/utf8.h>

#include <utility>

namespace nmt::testbed {
namespace {

bool begins_with_vowel(const Language& language, const Token& token) {
  return language.starts_with_vowel(token.text) != token.flips;
}

/// The text with its first letter in upper case; what is not a letter (¿, ¡) is skipped.
std::string capitalise(const std::string& text) {
  const int32_t length = static_cast<int32_t>(text.size());
  for (int32_t i = 0; i < length;) {
    const int32_t start = i;
    UChar32 c = 0;
    U8_NEXT(text.data(), i, length, c);
    if (c < 0 || !u_isalpha(c)) continue;
    char upper[U8_MAX_LENGTH];
    int32_t size = 0;
    U8_APPEND_UNSAFE(upper, size, u_toupper(c));
    return text.substr(0, start) + std::string(upper, size) + text.substr(i);
  }
  return text;
}

}  // namespace

std::vector<Token> join_sounds(const Language& language, std::vector<Token> tokens) {
  for (size_t i = 0; i + 1 < tokens.size(); ++i) {
    if (!tokens[i + 1].space_before || !begins_with_vowel(language, tokens[i + 1])) continue;
    if (!tokens[i].before_vowel.empty()) {
      tokens[i].text = tokens[i].before_vowel;
      continue;
    }
    const auto elided = language.elisions.find(tokens[i].text);
    if (elided == language.elisions.end()) continue;
    tokens[i].text = elided->second;
    if (elided->second.back() == '\'') tokens[i + 1].space_before = false;
  }
  std::vector<Token> joined;
  for (Token& token : tokens) {
    if (!joined.empty() && token.determiner && token.space_before) {
      const auto found = language.contractions.find(joined.back().text + " " + token.text);
      if (found != language.contractions.end()) {
        joined.back().text = found->second;
        joined.back().marks |= token.marks;
        continue;
      }
    }
    joined.push_back(std::move(token));
  }
  return joined;
}

std::string sentence_text(const std::vector<Token>& tokens) {
  std::string text;
  for (const Token& token : tokens) {
    if (token.space_before && !text.empty()) text += ' ';
    text += token.text;
  }
  return capitalise(text);
}

std::string marked_text(const std::vector<Token>& tokens, size_t mark) {
  std::string text;
  bool gap = false;
  for (const Token& token : tokens) {
    if ((token.marks >> mark & 1) == 0) {
      gap = !text.empty();
      continue;
    }
    if (gap) text += " …";
    if (!text.empty() && (token.space_before || gap)) text += ' ';
    text += token.text;
    gap = false;
  }
  const size_t end = text.find_last_not_of(".,;:!? ");
  return end == std::string::npos ? "" : text.substr(0, end + 1);
}

}  // namespace nmt::testbed
