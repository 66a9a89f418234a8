#include "nmt/decoding/source_splitter.h"

#include <algorithm>
#include <string_view>

namespace nmt {
namespace {

constexpr std::string_view kWordMark = "\u2581";
constexpr std::string_view kSentenceEnds[] = {".", "!", "?", "…", "。", "！", "？", "।", "؟", "۔"};

}  // namespace

std::vector<Break> break_table(const std::vector<std::string>& pieces) {
  std::vector<Break> table;
  table.reserve(pieces.size());
  for (const std::string& piece : pieces)
    table.push_back(
        {.starts_word = piece.starts_with(kWordMark),
         .ends_sentence = std::any_of(std::begin(kSentenceEnds), std::end(kSentenceEnds),
                                      [&](std::string_view end) { return piece.ends_with(end); })});
  return table;
}

std::vector<Span> split_source(const std::vector<int32_t>& tokens, size_t limit,
                               const std::vector<Break>& breaks) {
  const auto at = [&](size_t place) {
    const auto id = static_cast<size_t>(tokens[place]);
    return id < breaks.size() ? breaks[id] : Break{};
  };
  std::vector<Span> parts;
  size_t begin = 0;
  while (tokens.size() - begin > limit) {
    size_t word = 0, sentence = 0;  // the last such cuts, 0: none
    for (size_t cut = begin + 1; cut <= begin + limit; ++cut) {
      if (!at(cut).starts_word) continue;
      word = cut;
      if (cut - begin > limit / 2 && at(cut - 1).ends_sentence) sentence = cut;
    }
    const size_t end = sentence != 0 ? sentence : word != 0 ? word : begin + limit;
    parts.push_back({begin, end});
    begin = end;
  }
  if (begin < tokens.size()) parts.push_back({begin, tokens.size()});
  return parts;
}

}  // namespace nmt
