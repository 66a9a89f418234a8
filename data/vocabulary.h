#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/segmentation.h"
#include "nmt/support/random.h"

namespace nmt {

enum class SegmentationModel { kUnigram = 1, kBpe = 2, kWord = 3, kChar = 4 };

/// How training data is cut anew in every epoch; both off: always the ordinary segmentation.
struct SegmentationNoise {
  double unigram_alpha = 0;  // > 0: sample with p^alpha; small = more varied
  double bpe_dropout = 0;    // > 0: leave out merges with this probability
  bool active() const { return unigram_alpha > 0 || bpe_dropout > 0; }
};

/// The symbol that stands for a language in tags: "<lang:de>". A control symbol: text never turns
/// into it, and it disappears in decoding.
std::string language_symbol(std::string_view language);

/// A SentencePiece model. All functions are const and may be called from several threads at once.
class Vocabulary {
 public:
  /// Reads a model. Throws Error when the file is no SentencePiece model or lacks one of the pad,
  /// unk, bos and eos symbols (`nmt prepare` trains models that have them).
  static std::shared_ptr<const Vocabulary> load(const std::string& path);
  /// The same from the content of a model file; `name` is used in errors.
  static std::shared_ptr<const Vocabulary> parse(std::string content, const std::string& name);
  ~Vocabulary();
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  int64_t size() const { return static_cast<int64_t>(pieces_.size()); }
  /// SHA-256 of the model file.
  const std::string& hash() const { return hash_; }
  /// The model file, to be stored with a run.
  const std::string& content() const { return content_; }
  SegmentationModel model() const { return model_; }
  int32_t pad() const { return pad_; }
  int32_t unk() const { return unk_; }
  int32_t bos() const { return bos_; }
  int32_t eos() const { return eos_; }

  /// Text to ids, without BOS and EOS. Empty or blank text gives none.
  std::vector<int32_t> encode(std::string_view text) const;

  /// Cuts the ids of encode() anew at random. Throws UsageError when `noise` is of the other kind
  /// of model.
  std::vector<int32_t> resample(std::span<const int32_t> ids, const SegmentationNoise& noise,
                                RandomStream& random) const;
  /// Throws UsageError when `noise` does not fit this kind of model.
  void check_noise(const SegmentationNoise& noise) const;

  /// Ids to text. Control symbols (tags, EOS …) vanish. Always one line: a line end made of byte
  /// pieces becomes a space.
  std::string decode(std::span<const int32_t> ids) const;

  const Piece& piece(int32_t id) const { return pieces_[static_cast<size_t>(id)]; }
  /// The id of a piece or symbol, if there is one.
  std::optional<int32_t> find(std::string_view piece) const;
  /// The id of a language's tag. Throws UsageError when the vocabulary has none.
  int32_t language_tag(std::string_view language) const;

 private:
  struct Engine;  // SentencePiece, whose headers stay in vocabulary.cpp
  Vocabulary(std::string content, const std::string& name);

  std::string content_, hash_, name_;
  std::unique_ptr<Engine> engine_;
  std::vector<Piece> pieces_;
  std::unique_ptr<SegmentationSampler> sampler_;
  SegmentationModel model_ = SegmentationModel::kUnigram;
  int32_t pad_ = -1, unk_ = -1, bos_ = -1, eos_ = -1;
};

/// Cuts ids that are too long for the model into parts of at most `limit` ids that together hold
/// every id once, in order: after the last sentence end that fits, else before the last word that
/// fits, else anywhere. `limit` > 0.
std::vector<std::vector<int32_t>> split_long(const Vocabulary& vocabulary,
                                             std::span<const int32_t> ids, int64_t limit);

}  // namespace nmt
