#include "data/pair_encoder.h"

#include <algorithm>
#include <utility>

namespace nmt {
namespace {

void append(std::vector<int32_t>& row, const std::vector<int32_t>& sentence, int32_t eos) {
  row.insert(row.end(), sentence.begin(), sentence.end());
  row.push_back(eos);
}

size_t total_size(std::span<const std::vector<int32_t>> sentences) {
  size_t total = 1;
  for (const auto& sentence : sentences) total += sentence.size() + 1;
  return total;
}

}  // namespace

PairEncoder::PairEncoder(Vocabularies vocabularies, Languages languages, TagOptions tags)
    : vocabularies_(std::move(vocabularies)), languages_(std::move(languages)), tags_(tags) {
  for (const std::string& language : languages_.languages()) {
    if (tags_.source_tag != SourceTag::kNone) vocabularies_.source->language_tag(language);
    if (tags_.target_tag) vocabularies_.target->language_tag(language);
  }
}

const std::string& PairEncoder::source_tag_language(const Direction& direction) const {
  return tags_.source_tag == SourceTag::kSource ? direction.source : direction.target;
}

int64_t PairEncoder::source_extra() const {
  return tags_.source_tag != SourceTag::kNone && tags_.source_tag_position == TagPosition::kFront
             ? 1
             : 0;
}

int64_t PairEncoder::target_extra() const {
  return tags_.target_tag ? 1 : 0;
}

std::vector<int32_t> PairEncoder::source_row(std::span<const std::vector<int32_t>> sentences,
                                             const Direction& direction) const {
  std::vector<int32_t> row;
  row.reserve(total_size(sentences));
  const Vocabulary& vocabulary = *vocabularies_.source;
  if (source_extra() > 0) row.push_back(vocabulary.language_tag(source_tag_language(direction)));
  for (const auto& sentence : sentences) append(row, sentence, vocabulary.eos());
  if (tags_.source_tag != SourceTag::kNone && tags_.source_tag_position == TagPosition::kReplaceEos)
    row.back() = vocabulary.language_tag(source_tag_language(direction));
  return row;
}

std::vector<int32_t> PairEncoder::target_row(std::span<const std::vector<int32_t>> sentences,
                                             const Direction& direction) const {
  std::vector<int32_t> row = target_prefix(direction);
  row.reserve(total_size(sentences));
  for (const auto& sentence : sentences) append(row, sentence, vocabularies_.target->eos());
  return row;
}

std::vector<int32_t> PairEncoder::target_prefix(const Direction& direction) const {
  if (!tags_.target_tag) return {};
  return {vocabularies_.target->language_tag(direction.target)};
}

TokenPair PairEncoder::empty_pair(const Direction& direction) const {
  TokenPair pair;
  pair.source_language = languages_.language(direction.source);
  pair.target_language = languages_.language(direction.target);
  pair.direction = languages_.direction(direction);
  return pair;
}

std::vector<TokenPair> PairEncoder::encode_source(std::string_view text, const Direction& direction,
                                                  int64_t limit) const {
  const std::vector<int32_t> ids = vocabularies_.source->encode(text);
  std::vector<std::vector<int32_t>> parts = {ids};
  if (limit > 0)
    parts =
        split_long(*vocabularies_.source, ids, std::max<int64_t>(1, limit - 1 - source_extra()));
  std::vector<TokenPair> pairs;
  for (const std::vector<int32_t>& part : parts) {
    pairs.push_back(empty_pair(direction));
    pairs.back().source = source_row({&part, 1}, direction);
  }
  return pairs;
}

TokenPair PairEncoder::pair(std::span<const std::vector<int32_t>> source,
                            std::span<const std::vector<int32_t>> target,
                            const Direction& direction) const {
  TokenPair pair = empty_pair(direction);
  pair.source = source_row(source, direction);
  pair.target = target_row(target, direction);
  return pair;
}

TokenPair PairEncoder::encode_pair(std::string_view source, std::string_view target,
                                   const Direction& direction) const {
  const std::vector<int32_t> source_ids = vocabularies_.source->encode(source);
  const std::vector<int32_t> target_ids = vocabularies_.target->encode(target);
  return pair({&source_ids, 1}, {&target_ids, 1}, direction);
}

}  // namespace nmt
