#include "data/vocabulary.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>

#include "data/sentencepiece_model.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr std::string_view kSpace = "\xe2\x96\x81";  // U+2581
constexpr const char* kRetrain =
    "Train one with `nmt prepare`, or give the path of a model that it made.";

}  // namespace

struct Vocabulary::Engine {
  sentencepiece::SentencePieceProcessor processor;
};

std::string language_symbol(std::string_view language) {
  return text("<lang:", language, ">");
}

std::shared_ptr<const Vocabulary> Vocabulary::load(const std::string& path) {
  return parse(read_file(path), path);
}

std::shared_ptr<const Vocabulary> Vocabulary::parse(std::string content, const std::string& name) {
  return std::shared_ptr<const Vocabulary>(new Vocabulary(std::move(content), name));
}

Vocabulary::Vocabulary(std::string content, const std::string& name)
    : content_(std::move(content)),
      hash_(sha256(content_)),
      name_(name),
      engine_(std::make_unique<Engine>()) {
  try {
    SentencePieceModel model = read_sentencepiece_model(content_);
    pieces_ = std::move(model.pieces);
    model_ = model.kind;
  } catch (const Error& error) {
    throw Error(FilePosition{name}, text("is not a SentencePiece model: ", error.what()), kRetrain);
  }
  sentencepiece::SentencePieceProcessor& processor = engine_->processor;
  const auto status = processor.LoadFromSerializedProto(content_);
  if (!status.ok())
    throw Error(FilePosition{name},
                text("is not a usable SentencePiece model: ", status.ToString()), kRetrain);
  pad_ = processor.pad_id(), unk_ = processor.unk_id(), bos_ = processor.bos_id(),
  eos_ = processor.eos_id();
  const std::array<std::pair<int32_t, const char*>, 4> required = {
      {{pad_, "pad"}, {unk_, "unk"}, {bos_, "bos"}, {eos_, "eos"}}};
  for (const auto& [id, symbol] : required)
    if (id < 0 || id >= size())
      throw Error(
          FilePosition{name}, text("the SentencePiece model has no ", symbol, " symbol"),
          text(kRetrain, " With spm_train itself: --pad_id=0 --unk_id=1 --bos_id=2 --eos_id=3."));
  sampler_ = std::make_unique<SegmentationSampler>(pieces_);
}

Vocabulary::~Vocabulary() = default;

std::vector<int32_t> Vocabulary::encode(std::string_view text) const {
  std::vector<int> ids;
  const auto status = engine_->processor.Encode({text.data(), text.size()}, &ids);
  if (!status.ok())
    throw Error(FilePosition{name_}, nmt::text("SentencePiece cannot encode: ", status.ToString()));
  return ids;
}

void Vocabulary::check_noise(const SegmentationNoise& noise) const {
  if (noise.unigram_alpha > 0 && model_ != SegmentationModel::kUnigram)
    throw UsageError(FilePosition{name_}, "data.unigram_alpha needs a unigram vocabulary",
                     "For a BPE vocabulary set data.bpe_dropout.");
  if (noise.bpe_dropout > 0 && model_ != SegmentationModel::kBpe)
    throw UsageError(FilePosition{name_}, "data.bpe_dropout needs a BPE vocabulary",
                     "For a unigram vocabulary set data.unigram_alpha.");
}

std::vector<int32_t> Vocabulary::resample(std::span<const int32_t> ids,
                                          const SegmentationNoise& noise,
                                          RandomStream& random) const {
  check_noise(noise);
  if (noise.unigram_alpha > 0) return sampler_->sample_unigram(ids, noise.unigram_alpha, random);
  if (noise.bpe_dropout > 0) return sampler_->sample_bpe(ids, noise.bpe_dropout, random);
  return {ids.begin(), ids.end()};
}

std::string Vocabulary::decode(std::span<const int32_t> ids) const {
  for (const int32_t id : ids)
    if (id < 0 || id >= size())
      throw Error(FilePosition{name_},
                  text("id ", id, " is outside the vocabulary of ", size(), " pieces"));
  std::string text;
  const auto status = engine_->processor.Decode(std::vector<int>(ids.begin(), ids.end()), &text);
  if (!status.ok())
    throw Error(FilePosition{name_}, nmt::text("SentencePiece cannot decode: ", status.ToString()));
  for (char& c : text)
    if (c == '\n' || c == '\r' || c == '\0') c = ' ';
  return text;
}

std::optional<int32_t> Vocabulary::find(std::string_view piece) const {
  const int32_t id = engine_->processor.PieceToId({piece.data(), piece.size()});
  if (id < 0 || id >= size() || pieces_[static_cast<size_t>(id)].text != piece) return std::nullopt;
  return id;
}

int32_t Vocabulary::language_tag(std::string_view language) const {
  if (const auto id = find(language_symbol(language))) return *id;
  throw UsageError(
      FilePosition{name_},
      text("the vocabulary has no tag ", language_symbol(language), " for language ", language),
      "Train the vocabulary with all languages of data.train and data.valid (add others to "
      "vocabulary.languages), or switch tags off: data.source_tag: none, data.target_tag: false.");
}

std::vector<std::vector<int32_t>> split_long(const Vocabulary& vocabulary,
                                             std::span<const int32_t> ids, int64_t limit) {
  // "3.5" and "e.g" must not be cut, so most stops count before a space only; full-width ones need
  // none.
  constexpr std::array<std::string_view, 6> kStops = {".", "!", "?", "…", "।", "؟"};
  constexpr std::array<std::string_view, 3> kFullWidthStops = {"。", "！", "？"};
  const auto ends_with_any = [&](size_t i, const auto& stops) {
    const std::string_view piece = vocabulary.piece(ids[i]).text;
    return std::any_of(stops.begin(), stops.end(),
                       [&](std::string_view stop) { return piece.ends_with(stop); });
  };
  const auto starts_word = [&](size_t i) {
    return vocabulary.piece(ids[i]).text.starts_with(kSpace);
  };
  std::vector<std::vector<int32_t>> parts;
  size_t begin = 0;
  while (ids.size() - begin > static_cast<size_t>(limit)) {
    const size_t furthest = begin + static_cast<size_t>(limit);
    size_t cut = begin, word_cut = begin;
    for (size_t i = furthest; i > begin && cut == begin; --i) {
      if (ends_with_any(i - 1, kFullWidthStops) || (starts_word(i) && ends_with_any(i - 1, kStops)))
        cut = i;
      if (word_cut == begin && starts_word(i)) word_cut = i;
    }
    if (cut == begin) cut = word_cut > begin ? word_cut : furthest;
    parts.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(begin),
                       ids.begin() + static_cast<std::ptrdiff_t>(cut));
    begin = cut;
  }
  parts.emplace_back(ids.begin() + static_cast<std::ptrdiff_t>(begin), ids.end());
  return parts;
}

}  // namespace nmt
