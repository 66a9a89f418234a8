#include "nmt/scoring/tokenizer_char.h"

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {

std::string TokenizerChar::tokenize(std::string_view line) const {
  std::string tokens;
  tokens.reserve(2 * line.size());
  for (const char32_t code_point : to_code_points(line)) {
    if (!tokens.empty()) tokens += ' ';
    append_code_point(tokens, code_point);
  }
  return tokens;
}

}  // namespace nmt::scoring
