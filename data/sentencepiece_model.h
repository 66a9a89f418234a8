#pragma once

#include <string_view>
#include <vector>

#include "data/vocabulary.h"

namespace nmt {

/// What this project reads of a SentencePiece model itself.
struct SentencePieceModel {
  std::vector<Piece> pieces;
  SegmentationModel kind = SegmentationModel::kUnigram;
};

/// Reads the content of a model file (sentencepiece_model.proto), and checks what SentencePiece
/// takes on trust and a damaged file would make it crash with. Throws Error that says what is wrong
/// with it.
SentencePieceModel read_sentencepiece_model(std::string_view content);

}  // namespace nmt
