#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

// The tokenizers of BLEU. They prepare raw text for counting word n-grams; each is part of the
// definition of the score and named in its signature. Output equals sacreBLEU's, oddities included.

namespace nmt::scoring {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// The tokens of `line` (UTF-8, one segment) with blanks between them. May be called from several
  /// threads.
  virtual std::string tokenize(std::string_view line) const = 0;

  /// The value of `tok` in the signature.
  virtual std::string signature() const = 0;
};

/// What make_tokenizer() knows:
///   13a        mteval-v13a, the usual choice: splits at ASCII punctuation
///   intl       mteval-v14: splits at Unicode punctuation and symbols
///   zh         Chinese: one token a character, then as 13a
///   char       one token a code point
///   none       none: the text is split at white space as it is
///   ja-mecab, ko-mecab
///              Japanese and Korean morphemes, in builds with MeCab
///   flores101, flores200, spBLEU-1K
///              SentencePiece with these published models
///   spm        SentencePiece with a model of one's own; without one it is flores101
const std::vector<std::string>& tokenizer_names();

/// What a tokenizer reads from disk.
enum class TokenizerModel { kNone, kSentencePiece, kMecabDictionary };

/// What the tokenizer `name` reads; kNone for an unknown name.
TokenizerModel model_of_tokenizer(const std::string& name);

/// Makes the tokenizer `name`. `model` is the file of the SentencePiece model or the folder of the
/// MeCab dictionary, for the tokenizers that have one (see model_of_tokenizer()). When empty the
/// SentencePiece model is looked for where sacreBLEU keeps it: in models/ under $SACREBLEU or
/// ~/.sacrebleu; MeCab uses the dictionary that it is set up with. Throws UsageError for an unknown
/// name and for a model that the tokenizer does not use, Error for a model that cannot be read.
std::unique_ptr<Tokenizer> make_tokenizer(const std::string& name, const std::string& model = "");

/// The usual tokenizer of a target language (two letters): zh for Chinese, ja-mecab for Japanese,
/// ko-mecab for Korean, 13a for all others.
std::string default_tokenizer(const std::string& language);

}  // namespace nmt::scoring
