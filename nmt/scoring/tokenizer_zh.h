#pragma once

#include "nmt/scoring/tokenizer.h"

namespace nmt::scoring {

/// Chinese: one token a Chinese character, the rest as 13a without its entities. Throws Error on
/// invalid UTF-8.
class TokenizerZh : public Tokenizer {
 public:
  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return "zh"; }
};

}  // namespace nmt::scoring
