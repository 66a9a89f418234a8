#pragma once

#include "nmt/scoring/tokenizer.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace nmt::scoring {

/// The pieces of a SentencePiece model. Models are never downloaded: they are read from a file.
class TokenizerSpm : public Tokenizer {
 public:
  /// `name` is flores101, flores200, spBLEU-1K or spm; `model` the file, or empty for the place
  /// where sacreBLEU keeps the model of that name. A model of one's own belongs to `spm`, and its
  /// signature is then spm- and the first eight digits of the file's SHA-256, so that equal
  /// signatures mean equal tokens.
  TokenizerSpm(const std::string& name, const std::string& model);
  ~TokenizerSpm() override;

  std::string tokenize(std::string_view line) const override;
  std::string signature() const override { return signature_; }

 private:
  std::string signature_;
  std::unique_ptr<sentencepiece::SentencePieceProcessor> processor_;
};

}  // namespace nmt::scoring
