#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "nmt/support/random.h"

// Sampled segmentation: other ways to cut a sentence into pieces of the same vocabulary, as a
// regulariser (Kudo 2018, "Subword Regularization"; Provilkov et al. 2020, "BPE-Dropout").
// SentencePiece draws from a generator hidden in each thread, so a resumed run could not repeat its
// draws; here every draw comes from the stream that is handed in.

namespace nmt {

enum class PieceType {
  kNormal = 1,
  kUnknown = 2,
  kControl = 3,
  kUserDefined = 4,
  kUnused = 5,
  kByte = 6
};

struct Piece {
  std::string text;  // with U+2581 for a space
  float score = 0;   // unigram: log probability; BPE: minus the rank of the merge
  PieceType type = PieceType::kNormal;
};

/// All pieces, to be found byte by byte.
class PieceTrie {
 public:
  static constexpr int32_t kRoot = 0, kNone = -1;
  /// Holds the normal pieces of `pieces`.
  explicit PieceTrie(const std::vector<Piece>& pieces);
  /// The node one byte further, or kNone.
  int32_t step(int32_t node, char byte) const {
    const auto found = edges_.find(key(node, byte));
    return found == edges_.end() ? kNone : found->second;
  }
  int32_t walk(int32_t node, std::string_view bytes) const;
  /// The piece that ends at `node`, or kNone.
  int32_t piece(int32_t node) const { return node_piece_[static_cast<size_t>(node)]; }

 private:
  static uint64_t key(int32_t node, char byte) {
    return static_cast<uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
  }
  struct Mix {
    size_t operator()(uint64_t k) const {
      return static_cast<size_t>((k * 0x9e3779b97f4a7c15ULL) >> 17);
    }
  };
  std::unordered_map<uint64_t, int32_t, Mix> edges_;
  std::vector<int32_t> node_piece_;
};

/// Cuts sentences anew. Works on the ids of the ordinary segmentation: runs of normal pieces are
/// joined to text and cut again; everything else (unknown and byte pieces, tags, user symbols)
/// stays as it is.
class SegmentationSampler {
 public:
  explicit SegmentationSampler(const std::vector<Piece>& pieces);

  /// Unigram model: draws a segmentation with probability ∝ Π p(piece)^alpha by forward filtering
  /// and backward sampling over the lattice of all segmentations (Kudo 2018, section 3.3, l = ∞).
  std::vector<int32_t> sample_unigram(std::span<const int32_t> ids, double alpha,
                                      RandomStream& random) const;

  /// BPE model: merges as BPE does, but at every step each possible merge is left out with
  /// probability `dropout` (Provilkov et al. 2020, algorithm 1). dropout = 0 gives the ordinary
  /// segmentation, 1 gives characters.
  std::vector<int32_t> sample_bpe(std::span<const int32_t> ids, double dropout,
                                  RandomStream& random) const;

 private:
  template <class Cut>
  std::vector<int32_t> for_each_run(std::span<const int32_t> ids, Cut cut) const;
  std::vector<int32_t> cut_unigram(std::string_view word, double alpha, RandomStream& random) const;
  std::vector<int32_t> cut_bpe(std::string_view word, double dropout, RandomStream& random) const;

  const std::vector<Piece>& pieces_;
  PieceTrie trie_;
  bool pieces_cross_words_ =
      false;  // whether a piece holds U+2581 after its start: then words cannot be cut alone
};

}  // namespace nmt
