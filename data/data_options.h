#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "data/corpus_spec.h"
#include "data/languages.h"
#include "data/text_reader.h"
#include "data/vocabulary.h"
#include "data/vocabulary_training.h"
#include "nmt/options/option_table.h"

namespace nmt {

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
  bool operator==(const TagOptions&) const = default;
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

/// The languages of a run: trained directions in the order of data.train; those of data.valid and
/// data.test add languages.
Languages languages_of(const DataOptions& options);

}  // namespace nmt
