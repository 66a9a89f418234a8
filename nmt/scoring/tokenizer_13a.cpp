#include "nmt/scoring/tokenizer_13a.h"

#include <array>
#include <utility>

#include "nmt/scoring/text_replacement.h"
#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_point(char c) {
  return c == '.' || c == ',';
}

enum class ByteClass : uint8_t {
  kPlain,     // belongs to a word, and no rule asks about it
  kIsolated,  // ASCII punctuation without ' - . and the comma, and the blank
  kCareful    // full stop, comma and dash, and bytes that may be (the start of) white space
};

constexpr std::array<ByteClass, 256> make_byte_classes() {
  std::array<ByteClass, 256> classes{};
  for (unsigned c = 0; c < 0x20; ++c) classes[c] = ByteClass::kCareful;
  for (const unsigned c : {0x2Cu, 0x2Du, 0x2Eu, 0xC2u, 0xE1u, 0xE2u, 0xE3u})
    classes[c] = ByteClass::kCareful;
  constexpr std::array<std::pair<unsigned, unsigned>, 6> kRanges = {
      {{0x20, 0x26}, {0x28, 0x2B}, {0x2F, 0x2F}, {0x3A, 0x40}, {0x5B, 0x60}, {0x7B, 0x7E}}};
  for (const auto& [first, last] : kRanges) {
    for (unsigned c = first; c <= last; ++c) classes[c] = ByteClass::kIsolated;
  }
  return classes;
}
constexpr std::array<ByteClass, 256> kByteClasses = make_byte_classes();

ByteClass class_of(char c) {
  return kByteClasses[static_cast<uint8_t>(c)];
}

void append_token(std::string& tokens, std::string_view token) {
  if (!tokens.empty()) tokens += ' ';
  tokens += token;
}

/// Substitutes "$1 $2 " (or " $1 $2") for each pair of neighbours that `matches`; matches do not
/// overlap.
enum class Blanks { kMiddleAndEnd, kStartAndMiddle };
template <class Matches>
std::string separate_pairs(std::string_view line, Blanks blanks, Matches matches) {
  std::string out;
  out.reserve(line.size() + line.size() / 4 + 8);
  for (size_t i = 0; i < line.size(); ++i) {
    if (i + 1 == line.size() || !matches(line[i], line[i + 1])) {
      out += line[i];
      continue;
    }
    if (blanks == Blanks::kStartAndMiddle) out += ' ';
    out += line[i];
    out += ' ';
    out += line[++i];
    if (blanks == Blanks::kMiddleAndEnd) out += ' ';
  }
  return out;
}

/// Appends the parts of a word that contains full stops, commas or dashes, or white space.
void append_split_word(std::string& tokens, std::string word) {
  // A full stop or comma leaves the word unless a digit precedes it, or follows it.
  word = separate_pairs(word, Blanks::kMiddleAndEnd,
                        [](char a, char b) { return !is_digit(a) && is_point(b); });
  word = separate_pairs(word, Blanks::kStartAndMiddle,
                        [](char a, char b) { return is_point(a) && !is_digit(b); });
  // A dash leaves the word when a digit precedes it.
  word = separate_pairs(word, Blanks::kMiddleAndEnd,
                        [](char a, char b) { return is_digit(a) && b == '-'; });
  for (const std::string_view part : split(word)) append_token(tokens, part);
}

}  // namespace

bool is_isolated_by_13a(char c) {
  return class_of(c) == ByteClass::kIsolated;
}

std::string split_ascii_punctuation(std::string_view line) {
  // The first rule puts blanks around isolated characters. What then stands between blanks are
  // words that the other rules treat one by one, for these look no further than at the neighbour,
  // and a blank is just a character that is no digit. Most words contain nothing that they ask
  // about.
  std::string tokens;
  tokens.reserve(line.size() + line.size() / 4);
  for (size_t start = 0; start < line.size();) {
    size_t end = start;
    bool careful = false;
    while (end < line.size() && class_of(line[end]) != ByteClass::kIsolated) {
      careful = careful || class_of(line[end]) == ByteClass::kCareful;
      ++end;
    }
    if (careful) {
      // With the blanks that it stands between; there is none at the ends of the line.
      const std::string_view before = start > 0 ? " " : "";
      const std::string_view after = end < line.size() ? " " : "";
      append_split_word(tokens,
                        std::string(before).append(line.substr(start, end - start)).append(after));
    } else if (end > start) {
      append_token(tokens, line.substr(start, end - start));
    }
    if (end < line.size() && line[end] != ' ') append_token(tokens, line.substr(end, 1));
    start = end + 1;
  }
  return tokens;
}

std::string Tokenizer13a::tokenize(std::string_view line) const {
  std::string padded;
  padded.reserve(line.size() + 2);
  padded.append(1, ' ').append(line).append(1, ' ');
  replace_all(padded, "<skipped>", "");
  replace_all(padded, "-\n", "");
  replace_all(padded, "\n", " ");
  if (padded.find('&') != std::string::npos) {
    replace_all(padded, "&quot;", "\"");
    replace_all(padded, "&amp;", "&");
    replace_all(padded, "&lt;", "<");
    replace_all(padded, "&gt;", ">");
  }
  return split_ascii_punctuation(padded);
}

}  // namespace nmt::scoring
