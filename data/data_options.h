#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/languages.h"
#include "data/text_reader.h"
#include "data/vocabulary.h"
#include "data/vocabulary_training.h"
#include "nmt/options/option_table.h"

namespace nmt {

/// How document boundaries are found in text.
enum class DocumentMarks {
  kNone,       // every sentence stands alone
  kBlankLine,  // a line that is blank on both sides ends a document
};
inline EnumNames<DocumentMarks> enum_names(DocumentMarks) {
  return {{DocumentMarks::kNone, "none"}, {DocumentMarks::kBlankLine, "blank-line"}};
}

/// What data.max_tokens limits.
enum class BatchMeasure {
  kPadded,  // sentences × longest sequence of either side: what the batch costs in memory
  kTarget,  // target tokens without padding, EOS counted: what an update learns from
};
inline EnumNames<BatchMeasure> enum_names(BatchMeasure) {
  return {{BatchMeasure::kPadded, "padded"}, {BatchMeasure::kTarget, "target"}};
}

/// Whose tag goes to the source side.
enum class SourceTag { kNone, kSource, kTarget };
inline EnumNames<SourceTag> enum_names(SourceTag) {
  return {
      {SourceTag::kNone, "none"}, {SourceTag::kSource, "source"}, {SourceTag::kTarget, "target"}};
}

/// Where the tag of the source side stands.
enum class TagPosition { kFront, kReplaceEos };
inline EnumNames<TagPosition> enum_names(TagPosition) {
  return {{TagPosition::kFront, "front"}, {TagPosition::kReplaceEos, "replace-eos"}};
}

/// Language tags (see language_symbol()).
struct TagOptions {
  SourceTag source_tag = SourceTag::kNone;
  TagPosition source_tag_position = TagPosition::kFront;
  bool target_tag =
      false;  // the target language's tag as the first target token, forced in decoding
};

/// Limits of one batch.
struct BatchLimits {
  int64_t max_tokens = 4096;
  int64_t max_sentences = 0;  // 0: no limit
  BatchMeasure measure = BatchMeasure::kPadded;
};

/// Options `data.*`.
struct DataOptions {
  std::vector<std::string> train, valid, test;  // corpora, see CorpusSpec
  std::string store;            // folder of prepared corpora; "" = data/ in the run folder
  std::vector<double> weights;  // of the train corpora; empty: from temperature
  double temperature = 1;       // corpus share ∝ size^(1/temperature)
  DocumentMarks documents = DocumentMarks::kNone;
  InvalidUtf8 invalid_utf8 = InvalidUtf8::kError;
  int64_t max_length = 256;
  double max_ratio = 0;
  BatchLimits batch;
  TagOptions tags;
  SegmentationNoise noise;
  int64_t threads = 2;    // that prepare batches while the model trains
  int64_t prefetch = 16;  // batches kept ready
};

void declare(OptionTable& table, DataOptions& options);
void declare(OptionTable& table, VocabularyOptions& options);

/// Throws UsageError for values that contradict each other.
void validate(const DataOptions& options);
void validate(const VocabularyOptions& options);

/// One corpus as data.train, data.valid and data.test name it:
///   "data/train.{}.gz:en-de"   two files; {} stands for the language
///   "a.txt,b.txt:en-de"        two files by name, source first
///   "data/store/train-1"       a folder made by `nmt prepare`; its languages are in its manifest
struct CorpusSpec {
  std::string text;   // as written
  std::string store;  // the folder; "" when the corpus is text
  std::string source_path, target_path;
  std::string source_language, target_language;

  bool is_store() const { return !store.empty(); }
  /// Throws UsageError when `text` has none of the three forms, Error when the store it names does
  /// not open.
  static CorpusSpec parse(const std::string& text);
};
std::vector<CorpusSpec> parse_corpora(const std::vector<std::string>& texts);

/// The languages of a run: trained directions in the order of data.train; those of data.valid and
/// data.test add languages.
Languages languages_of(const DataOptions& options);

}  // namespace nmt
