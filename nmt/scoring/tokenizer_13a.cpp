#include "nmt/scoring/tokenizer_13a.h"

#include <array>
#include <utility>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

/// Replaces every `from` by `to`, left to right, as Python's str.replace().
void replace_all(std::string& line, std::string_view from, std::string_view to) {
  size_t position = line.find(from);
  if (position == std::string::npos) return;
  std::string replaced;
  size_t start = 0;
  for (; position != std::string::npos; position = line.find(from, start)) {
    replaced.append(line, start, position - start).append(to);
    start = position + from.size();
  }
  line = std::move(replaced.append(line, start));
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_point(char c) {
  return c == '.' || c == ',';
}

/// ASCII punctuation and the blank, without ' - . and the comma, which have rules of their own.
constexpr std::array<bool, 256> make_isolated() {
  std::array<bool, 256> isolated{};
  constexpr std::array<std::pair<unsigned, unsigned>, 6> kRanges = {
      {{0x20, 0x26}, {0x28, 0x2B}, {0x2F, 0x2F}, {0x3A, 0x40}, {0x5B, 0x60}, {0x7B, 0x7E}}};
  for (const auto& [first, last] : kRanges) {
    for (unsigned c = first; c <= last; ++c) isolated[c] = true;
  }
  return isolated;
}
constexpr std::array<bool, 256> kIsolated = make_isolated();

void append_isolated(std::string& out, char c) {
  out += ' ';
  out += c;
  out += ' ';
}

std::string isolate_punctuation(std::string_view line) {
  std::string out;
  out.reserve(2 * line.size());
  for (const char c : line) {
    if (kIsolated[static_cast<uint8_t>(c)]) {
      append_isolated(out, c);
    } else {
      out += c;
    }
  }
  return out;
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

}  // namespace

std::string split_ascii_punctuation(std::string line) {
  line = isolate_punctuation(line);
  // A full stop or comma leaves the word unless a digit precedes it, or follows it.
  line = separate_pairs(line, Blanks::kMiddleAndEnd,
                        [](char a, char b) { return !is_digit(a) && is_point(b); });
  line = separate_pairs(line, Blanks::kStartAndMiddle,
                        [](char a, char b) { return is_point(a) && !is_digit(b); });
  // A dash leaves the word when a digit precedes it.
  line = separate_pairs(line, Blanks::kMiddleAndEnd,
                        [](char a, char b) { return is_digit(a) && b == '-'; });
  return squeeze(line);
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
  return split_ascii_punctuation(std::move(padded));
}

}  // namespace nmt::scoring
