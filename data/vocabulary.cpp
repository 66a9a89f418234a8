#include "data/vocabulary.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr std::string_view kSpace = "\xe2\x96\x81";  // U+2581
constexpr const char* kRetrain =
    "Train one with `nmt prepare`, or give the path of a model that it made.";

// Reads protocol-buffer fields one after the other: SentencePiece's own reader of its file format
// is not installed with the library. Format: sentencepiece_model.proto.
class ProtoReader {
 public:
  explicit ProtoReader(std::string_view bytes) : bytes_(bytes) {}

  struct Field {
    uint64_t number = 0;
    uint64_t value = 0;        // of an integer
    std::string_view content;  // of anything else
  };

  std::optional<Field> next() {
    if (bytes_.empty()) return std::nullopt;
    const uint64_t tag = integer();
    Field field{tag >> 3, 0, {}};
    switch (tag & 7) {
      case 0:
        field.value = integer();
        break;
      case 1:
        field.content = take(8);
        break;
      case 2:
        field.content = take(integer());
        break;
      case 5:
        field.content = take(4);
        break;
      default:
        throw Error("unknown wire type");
    }
    return field;
  }

 private:
  uint64_t integer() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    throw Error("integer too long");
  }
  std::string_view take(uint64_t size) {
    if (size > bytes_.size()) throw Error("ends too early");
    const std::string_view taken = bytes_.substr(0, size);
    bytes_.remove_prefix(size);
    return taken;
  }
  std::string_view bytes_;
};

Piece read_piece(std::string_view message) {
  Piece piece;
  ProtoReader reader(message);
  while (const auto field = reader.next()) {
    if (field->number == 1) piece.text = field->content;
    if (field->number == 2 && field->content.size() == sizeof piece.score)
      std::memcpy(&piece.score, field->content.data(), sizeof piece.score);
    if (field->number == 3) piece.type = static_cast<PieceType>(field->value);
  }
  return piece;
}

SegmentationModel read_model_type(std::string_view trainer_spec) {
  SegmentationModel model = SegmentationModel::kUnigram;
  ProtoReader reader(trainer_spec);
  while (const auto field = reader.next())
    if (field->number == 3) model = static_cast<SegmentationModel>(field->value);
  return model;
}

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
    ProtoReader reader(content_);
    while (const auto field = reader.next()) {
      if (field->number == 1) pieces_.push_back(read_piece(field->content));
      if (field->number == 2) model_ = read_model_type(field->content);
    }
    if (pieces_.empty()) throw Error("holds no pieces");
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
