#pragma once

#include "nmt/scoring/tokenizer.h"

namespace nmt::scoring {

/// Japanese and Korean by the morphological analyser MeCab (Kudo et al. 2004), in builds that found
/// it.
class TokenizerMecab : public Tokenizer {
 public:
  enum class Language {
    kJapanese,  ///< with the IPA dictionary
    kKorean     ///< with mecab-ko-dic, for which MeCab must be MeCab-ko: others split differently
  };

  /// `dictionary` is the folder of the compiled dictionary, or empty for the one that MeCab is set
  /// up with. Throws Error for any other dictionary than sacreBLEU's and in a build without MeCab.
  TokenizerMecab(Language language, const std::string& dictionary);
  ~TokenizerMecab() override;

  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return signature_; }

 private:
  struct Analyser;
  std::unique_ptr<Analyser> analyser_;
  std::string signature_;
};

}  // namespace nmt::scoring
