#pragma once

#include "nmt/scoring/tokenizer.h"

namespace nmt::scoring {

/// One token a code point. Throws Error on invalid UTF-8.
class TokenizerChar : public Tokenizer {
 public:
  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return "char"; }
};

}  // namespace nmt::scoring
