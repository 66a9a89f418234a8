#include "nmt/scoring/ter.h"

#include <algorithm>
#include <limits>

#include "nmt/scoring/ngram_counts.h"
#include "nmt/scoring/translation_edits.h"
#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

template <class Number>
Number edit_rate(Number edits, Number length) {
  if (length > 0) return Number(100.0) * (edits / length);
  return edits > 0 ? 100.0 : 0.0;
}

std::string yes_or_no(bool value) {
  return value ? "yes" : "no";
}

}  // namespace

double Ter::value(std::span<const double> sums) const {
  return edit_rate(sums[0], sums[1]);
}

NumpyNumber Ter::value(std::span<const float> sums) const {
  return edit_rate(NumpyNumber(sums[0]), NumpyNumber(sums[1]));
}

Statistics Ter::count(std::span<const std::string> hypotheses, const References& references,
                      SegmentRange range) const {
  Statistics table{2, {}};
  table.values.reserve(table.width * (range.last - range.first));
  Interner<std::string_view> vocabulary;
  const auto number = [&vocabulary](std::string_view prepared) {
    WordIds words;
    for (const std::string_view word : split(prepared)) words.push_back(vocabulary.insert(word));
    return words;
  };
  const auto prepare = [this](std::string_view segment) {
    return prepare_for_ter(trim_right(segment), options_);
  };
  for (size_t i = range.first; i < range.last; ++i) {
    vocabulary.clear();
    const auto segment = references.segment(i);
    std::vector<std::string> texts;  // keep the words alive
    texts.reserve(1 + segment.size());
    texts.push_back(prepare(hypotheses[i]));
    const WordIds hypothesis = number(texts.back());
    int64_t fewest = std::numeric_limits<int64_t>::max();
    size_t length = 0;
    for (const std::string_view each : segment) {
      // sacreBLEU prepares references twice, and what the first time has separated may let the
      // second separate more.
      texts.push_back(options_.normalized ? prepare(prepare(each)) : prepare(each));
      const WordIds reference = number(texts.back());
      fewest = std::min(fewest, translation_edits(hypothesis, reference));
      length += reference.size();
    }
    table.values.push_back(static_cast<double>(fewest));
    table.values.push_back(static_cast<double>(length) / static_cast<double>(segment.size()));
  }
  return table;
}

std::vector<SignatureField> Ter::signature_fields() const {
  return {{"case", "c", options_.case_sensitive ? "mixed" : "lc"},
          {"tok", "t", "tercom"},
          {"norm", "nr", yes_or_no(options_.normalized)},
          {"punct", "pn", yes_or_no(!options_.no_punctuation)},
          {"asian", "as", yes_or_no(options_.asian_support)}};
}

}  // namespace nmt::scoring
