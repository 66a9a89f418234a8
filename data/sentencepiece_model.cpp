#include "data/sentencepiece_model.h"

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>

#include "nmt/support/error.h"

namespace nmt {
namespace {

// Reads protocol-buffer fields one after the other: SentencePiece's own reader of its file format
// is not installed with the library.
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
    if (tag > std::numeric_limits<uint32_t>::max()) throw Error("field number too large");
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
  if (!std::isfinite(piece.score)) throw Error("a piece has a score that is no number");
  // SentencePiece ends the program when it builds its trie of pieces from such a text.
  if (piece.text.find('\0') != std::string::npos) throw Error("a piece holds a NUL byte");
  return piece;
}

SegmentationModel read_kind(std::string_view trainer_spec) {
  SegmentationModel kind = SegmentationModel::kUnigram;
  ProtoReader reader(trainer_spec);
  while (const auto field = reader.next())
    if (field->number == 3) kind = static_cast<SegmentationModel>(field->value);
  return kind;
}

// A unit of a double-array trie (github.com/s-yata/darts-clone): a node reached by the byte in its
// lowest bits, or, with the highest bit set, the value of the node whose offset leads here.
class TrieUnit {
 public:
  explicit TrieUnit(uint32_t bits) : bits_(bits) {}
  bool is_value() const { return bits_ >> 31 != 0; }
  bool has_value() const { return (bits_ >> 8 & 1) != 0; }
  size_t value() const { return bits_ & 0x7fffffffu; }
  /// To be combined with the unit's own index: where its value and its children are.
  size_t offset() const { return size_t{bits_ >> 10} << ((bits_ & 0x200u) >> 6); }

 private:
  uint32_t bits_;
};

// The rules of normalisation: the size of a trie in bytes, the trie, whose values are places in
// what follows it: texts, each ended by a NUL. SentencePiece follows it unchecked.
void check_normalization_rules(std::string_view blob) {
  if (blob.empty()) return;
  constexpr size_t kUnitBytes = sizeof(uint32_t), kBlock = 256;  // children lie in one block
  const auto number = [&blob](size_t index) {
    uint32_t bits = 0;
    std::memcpy(&bits, blob.data() + index * kUnitBytes, kUnitBytes);
    return bits;
  };
  if (blob.size() < kUnitBytes || number(0) == 0 || number(0) > blob.size() - kUnitBytes ||
      number(0) % (kUnitBytes * kBlock) != 0 || blob.back() != '\0')
    throw Error("its rules of normalisation are damaged");
  const size_t units = number(0) / kUnitBytes;
  const size_t texts = blob.size() - kUnitBytes - number(0);
  const auto unit = [&number](size_t index) { return TrieUnit(number(1 + index)); };
  for (size_t i = 0; i < units; ++i) {
    if (i > 0 && unit(i).is_value()) continue;
    const size_t next = i ^ unit(i).offset();
    if (next >= units || (unit(i).has_value() && unit(next).value() >= texts))
      throw Error("its rules of normalisation are damaged");
  }
}

void check_normalizer(std::string_view normalizer_spec) {
  ProtoReader reader(normalizer_spec);
  while (const auto field = reader.next())
    if (field->number == 2) check_normalization_rules(field->content);
}

}  // namespace

SentencePieceModel read_sentencepiece_model(std::string_view content) {
  SentencePieceModel model;
  ProtoReader reader(content);
  while (const auto field = reader.next()) {
    if (field->number == 1) model.pieces.push_back(read_piece(field->content));
    if (field->number == 2) model.kind = read_kind(field->content);
    if (field->number == 3 || field->number == 5) check_normalizer(field->content);
  }
  if (model.pieces.empty()) throw Error("holds no pieces");
  return model;
}

}  // namespace nmt
