#include "data/segmentation.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nmt/support/utf8.h"

namespace nmt {
namespace {

constexpr std::string_view kSpace = "\xe2\x96\x81";  // U+2581
constexpr double kImpossible = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a == kImpossible) return b;
  return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b)));
}

// A piece that may stand at one place of the text.
struct Edge {
  size_t begin;
  int32_t piece;
  double weight;     // alpha · log p(piece)
  int32_t same_end;  // the edge before it that ends at the same place, or -1
};

}  // namespace

PieceTrie::PieceTrie(const std::vector<Piece>& pieces) : node_piece_{kNone} {
  for (size_t id = 0; id < pieces.size(); ++id) {
    if (pieces[id].type != PieceType::kNormal) continue;
    int32_t node = kRoot;
    for (const char byte : pieces[id].text) {
      const auto [edge, added] =
          edges_.try_emplace(key(node, byte), static_cast<int32_t>(node_piece_.size()));
      if (added) node_piece_.push_back(kNone);
      node = edge->second;
    }
    node_piece_[static_cast<size_t>(node)] = static_cast<int32_t>(id);
  }
}

int32_t PieceTrie::walk(int32_t node, std::string_view bytes) const {
  for (const char byte : bytes) {
    node = step(node, byte);
    if (node == kNone) break;
  }
  return node;
}

SegmentationSampler::SegmentationSampler(const std::vector<Piece>& pieces)
    : pieces_(pieces), trie_(pieces) {
  pieces_cross_words_ = std::any_of(pieces.begin(), pieces.end(), [](const Piece& piece) {
    return piece.type == PieceType::kNormal && piece.text.find(kSpace, 1) != std::string::npos;
  });
}

// Replaces every maximal run of normal pieces, word by word where no piece crosses words, by
// cut(its text); leaves it as it is where cut() finds no segmentation.
template <class Cut>
std::vector<int32_t> SegmentationSampler::for_each_run(std::span<const int32_t> ids,
                                                       Cut cut) const {
  std::vector<int32_t> out;
  out.reserve(2 * ids.size());
  std::string run;
  size_t run_begin = 0;
  const auto flush = [&](size_t run_end) {
    if (run.empty()) return;
    const std::vector<int32_t> pieces = cut(run);
    if (pieces.empty())
      out.insert(out.end(), ids.begin() + static_cast<std::ptrdiff_t>(run_begin),
                 ids.begin() + static_cast<std::ptrdiff_t>(run_end));
    else
      out.insert(out.end(), pieces.begin(), pieces.end());
    run.clear();
  };
  for (size_t i = 0; i < ids.size(); ++i) {
    const Piece& piece = pieces_[static_cast<size_t>(ids[i])];
    const bool normal = piece.type == PieceType::kNormal;
    if (!normal || (!pieces_cross_words_ && piece.text.starts_with(kSpace))) flush(i);
    if (!normal) {
      out.push_back(ids[i]);
      continue;
    }
    if (run.empty()) run_begin = i;
    run += piece.text;
  }
  flush(ids.size());
  return out;
}

std::vector<int32_t> SegmentationSampler::sample_unigram(std::span<const int32_t> ids, double alpha,
                                                         RandomStream& random) const {
  return for_each_run(ids,
                      [&](const std::string& word) { return cut_unigram(word, alpha, random); });
}

std::vector<int32_t> SegmentationSampler::sample_bpe(std::span<const int32_t> ids, double dropout,
                                                     RandomStream& random) const {
  return for_each_run(ids, [&](const std::string& word) { return cut_bpe(word, dropout, random); });
}

std::vector<int32_t> SegmentationSampler::cut_unigram(std::string_view word, double alpha,
                                                      RandomStream& random) const {
  // Forward: log mass of all ways to reach each place.
  std::vector<double> mass(word.size() + 1, kImpossible);
  std::vector<int32_t> last_edge(word.size() + 1, -1);
  std::vector<Edge> edges;
  mass[0] = 0;
  for (size_t begin = 0; begin < word.size(); ++begin) {
    if (mass[begin] == kImpossible) continue;
    int32_t node = PieceTrie::kRoot;
    for (size_t end = begin; end < word.size();) {
      node = trie_.step(node, word[end++]);
      if (node == PieceTrie::kNone) break;
      const int32_t piece = trie_.piece(node);
      if (piece == PieceTrie::kNone) continue;
      const double weight = alpha * pieces_[static_cast<size_t>(piece)].score;
      edges.push_back({begin, piece, weight, last_edge[end]});
      last_edge[end] = static_cast<int32_t>(edges.size()) - 1;
      mass[end] = log_add(mass[end], mass[begin] + weight);
    }
  }
  // Backward: draw the piece that ends here, in proportion to its share of the mass, and go to
  // where it begins.
  std::vector<int32_t> out;
  for (size_t end = word.size(); end > 0;) {
    double left = random.uniform();
    int32_t chosen = last_edge[end];
    for (int32_t e = chosen; e >= 0; e = edges[static_cast<size_t>(e)].same_end) {
      const Edge& edge = edges[static_cast<size_t>(e)];
      chosen = e;
      left -= std::exp(mass[edge.begin] + edge.weight - mass[end]);
      if (left < 0) break;
    }
    out.push_back(edges[static_cast<size_t>(chosen)].piece);
    end = edges[static_cast<size_t>(chosen)].begin;
  }
  std::reverse(out.begin(), out.end());
  return out;
}

std::vector<int32_t> SegmentationSampler::cut_bpe(std::string_view word, double dropout,
                                                  RandomStream& random) const {
  struct Symbol {
    std::string_view text;
    int32_t node;  // in the trie, where the symbol ends
  };
  std::vector<Symbol> symbols;
  for (size_t i = 0; i < word.size();) {
    const std::string_view character = word.substr(i, utf8_length(word[i]));
    symbols.push_back({character, trie_.walk(PieceTrie::kRoot, character)});
    i += character.size();
  }
  const auto merged_node = [&](size_t i) {
    return symbols[i].node == PieceTrie::kNone ? PieceTrie::kNone
                                               : trie_.walk(symbols[i].node, symbols[i + 1].text);
  };
  for (;;) {
    size_t best = symbols.size();
    int32_t best_node = PieceTrie::kNone;
    float best_score = -std::numeric_limits<float>::infinity();
    for (size_t i = 0; i + 1 < symbols.size(); ++i) {
      const int32_t node = merged_node(i);
      if (node == PieceTrie::kNone || trie_.piece(node) == PieceTrie::kNone) continue;
      if (random.uniform() < dropout) continue;
      const float score = pieces_[static_cast<size_t>(trie_.piece(node))].score;
      if (score > best_score) best = i, best_node = node, best_score = score;
    }
    if (best == symbols.size()) break;
    Symbol& left = symbols[best];
    left.text = {left.text.data(), left.text.size() + symbols[best + 1].text.size()};
    left.node = best_node;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
  }
  std::vector<int32_t> out;
  for (const Symbol& symbol : symbols) {
    if (symbol.node == PieceTrie::kNone || trie_.piece(symbol.node) == PieceTrie::kNone) return {};
    out.push_back(trie_.piece(symbol.node));
  }
  return out;
}

}  // namespace nmt
