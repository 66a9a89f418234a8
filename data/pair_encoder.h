#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/data_options.h"
#include "data/languages.h"
#include "data/prepare.h"
#include "data/token_pair.h"

namespace nmt {

/// Makes what the model sees of sentences: adds language tags and EOS. Training and decoding use
/// the same object, so they cannot differ. const and safe in several threads.
class PairEncoder {
 public:
  /// Throws UsageError when a language of `languages` has no tag in a vocabulary that needs it.
  PairEncoder(Vocabularies vocabularies, Languages languages, TagOptions tags);

  /// The sentences of one side in a row, each closed by EOS; with the tag of `direction` where the
  /// options put it.
  std::vector<int32_t> source_row(std::span<const std::vector<int32_t>> sentences,
                                  const Direction& direction) const;
  std::vector<int32_t> target_row(std::span<const std::vector<int32_t>> sentences,
                                  const Direction& direction) const;
  /// How much longer than its pieces and EOS a row is.
  int64_t source_extra() const;
  int64_t target_extra() const;

  /// Source text to be translated, without target. Text whose row would exceed `limit` tokens (0:
  /// no limit) gives several pairs, see split_long(); their translations, joined by spaces, are the
  /// translation of the text. Empty text gives one pair.
  std::vector<TokenPair> encode_source(std::string_view text, const Direction& direction,
                                       int64_t limit) const;
  /// The sentences of both sides as one pair: source_row() and target_row(), with the numbers of
  /// the direction and its languages.
  TokenPair pair(std::span<const std::vector<int32_t>> source,
                 std::span<const std::vector<int32_t>> target, const Direction& direction) const;
  /// A sentence pair for scoring.
  TokenPair encode_pair(std::string_view source, std::string_view target,
                        const Direction& direction) const;

  /// What every target in `direction` begins with, to be forced in decoding: the tag, or nothing.
  std::vector<int32_t> target_prefix(const Direction& direction) const;
  /// Target ids to text, without tags and EOS.
  std::string decode(std::span<const int32_t> target) const {
    return vocabularies_.target->decode(target);
  }

  const Vocabularies& vocabularies() const { return vocabularies_; }
  const Languages& languages() const { return languages_; }
  const TagOptions& tags() const { return tags_; }

 private:
  TokenPair empty_pair(const Direction& direction) const;
  const std::string& source_tag_language(const Direction& direction) const;

  Vocabularies vocabularies_;
  Languages languages_;
  TagOptions tags_;
};

}  // namespace nmt
