#pragma once

#include "nmt/scoring/tokenizer.h"

namespace nmt::scoring {

/// mteval-v14: splits at punctuation (not between digits) and symbols of all scripts. The general
/// categories are those of the ICU that the program is linked with. Throws Error on invalid UTF-8.
class TokenizerIntl : public Tokenizer {
 public:
  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return "intl"; }
};

}  // namespace nmt::scoring
