#pragma once

#include "nmt/scoring/tokenizer.h"

namespace nmt::scoring {

/// mteval-v13a, the tokenizer of the WMT evaluations: undoes four XML entities and splits at ASCII
/// punctuation.
class Tokenizer13a : public Tokenizer {
 public:
  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return "13a"; }
};

/// The punctuation rules that 13a and zh share, then squeezed white space. The rules ask about
/// ASCII characters alone, so they run on the bytes of UTF-8: no byte of a longer character looks
/// like one of ASCII.
std::string split_ascii_punctuation(std::string_view line);

/// Whether the first of these rules puts blanks around `c` wherever it stands: the blank itself and
/// ASCII punctuation but ' - . and the comma.
bool is_isolated_by_13a(char c);

}  // namespace nmt::scoring
