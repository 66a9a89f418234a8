#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/corpus_spec.h"
#include "data/corpus_store.h"
#include "data/text_reader.h"

namespace nmt {

enum class VocabularyType { kUnigram, kBpe };
inline std::vector<std::pair<VocabularyType, std::string>> enum_names(VocabularyType) {
  return {{VocabularyType::kUnigram, "unigram"}, {VocabularyType::kBpe, "bpe"}};
}

/// Options `vocabulary.*`.
struct VocabularyOptions {
  std::string file;  // existing model for both sides, or for the source side alone; "" = train one
  std::string
      target_file;    // existing model for the target side; "" = the same as the source side's
  bool joint = true;  // train one model for all languages; false: one for the source side, one for
                      // the target side
  VocabularyType type = VocabularyType::kUnigram;
  int64_t size = 16000;       // pieces, symbols and bytes included
  double coverage = 0.9995;   // share of characters that become pieces; the rest goes to bytes
  bool byte_fallback = true;  // spell unknown characters as UTF-8 bytes instead of <unk>
  std::string normalization = "nmt_nfkc";
  std::vector<std::string> symbols;    // texts that are always one piece
  std::vector<std::string> languages;  // languages that get a tag besides those of the corpora
  int64_t sample = 2'000'000;          // lines drawn for training; bounds the memory
  int64_t seed = 1;                    // of that draw
};

/// What a vocabulary is trained on: one or both sides of parallel text.
struct VocabularyText {
  std::vector<CorpusSpec> corpora;  // text, no stores
  std::vector<Side> sides;          // of each corpus
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kError;
};

/// Draws at most options.sample sentences evenly from `text`. A side that stands in several corpora
/// counts once; empty sentences, very long ones and marks of documents do not count.
std::vector<std::string> draw_sentences(const VocabularyOptions& options,
                                        const VocabularyText& text);

/// Trains a SentencePiece model on `sentences`, with ids pad 0, unk 1, bos 2, eos 3 and a tag for
/// each of `languages`. Returns the content of the model file. The same input gives the same model
/// on every machine: the trainer always works in 16 parts, whatever the number of processors.
/// Throws UsageError when the size does not suit the text, Error when there is none.
std::string train_vocabulary(const VocabularyOptions& options,
                             const std::vector<std::string>& sentences,
                             const std::vector<std::string>& languages);

}  // namespace nmt
