#include "nmt/scoring/tokenizer.h"

#include <algorithm>

#include "nmt/scoring/tokenizer_13a.h"
#include "nmt/scoring/tokenizer_char.h"
#include "nmt/scoring/tokenizer_intl.h"
#include "nmt/scoring/tokenizer_mecab.h"
#include "nmt/scoring/tokenizer_none.h"
#include "nmt/scoring/tokenizer_spm.h"
#include "nmt/scoring/tokenizer_zh.h"
#include "nmt/support/error.h"
#include "nmt/support/joined.h"

namespace nmt::scoring {

const std::vector<std::string>& tokenizer_names() {
  static const std::vector<std::string> names = {"none",      "zh",        "13a",      "intl",
                                                 "char",      "ja-mecab",  "ko-mecab", "spm",
                                                 "flores101", "flores200", "spBLEU-1K"};
  return names;
}

TokenizerModel model_of_tokenizer(const std::string& name) {
  if (name == "spm" || name == "flores101" || name == "flores200" || name == "spBLEU-1K")
    return TokenizerModel::kSentencePiece;
  if (name == "ja-mecab" || name == "ko-mecab") return TokenizerModel::kMecabDictionary;
  return TokenizerModel::kNone;
}

std::unique_ptr<Tokenizer> make_tokenizer(const std::string& name, const std::string& model) {
  const auto& names = tokenizer_names();
  if (std::find(names.begin(), names.end(), name) == names.end()) {
    throw UsageError(text("there is no tokenizer '", name, "'"),
                     text("Choose one of ", joined(names, ", "), "."));
  }
  if (!model.empty() && model_of_tokenizer(name) == TokenizerModel::kNone)
    throw UsageError(text("the tokenizer ", name, " uses no model"), "Leave the model out.");
  if (name == "13a") return std::make_unique<Tokenizer13a>();
  if (name == "intl") return std::make_unique<TokenizerIntl>();
  if (name == "zh") return std::make_unique<TokenizerZh>();
  if (name == "char") return std::make_unique<TokenizerChar>();
  if (name == "none") return std::make_unique<TokenizerNone>();
  using Language = TokenizerMecab::Language;
  if (name == "ja-mecab") return std::make_unique<TokenizerMecab>(Language::kJapanese, model);
  if (name == "ko-mecab") return std::make_unique<TokenizerMecab>(Language::kKorean, model);
  return std::make_unique<TokenizerSpm>(name, model);
}

std::string default_tokenizer(const std::string& language) {
  if (language == "zh") return "zh";
  if (language == "ja") return "ja-mecab";
  if (language == "ko") return "ko-mecab";
  return "13a";
}

}  // namespace nmt::scoring
