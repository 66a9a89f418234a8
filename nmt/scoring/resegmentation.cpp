#include "nmt/scoring/resegmentation.h"

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <unordered_map>

#include "nmt/scoring/unicode.h"
#include "nmt/scoring/words.h"

namespace nmt::scoring {
namespace {

using WordNumbers = std::vector<uint32_t>;

/// The edit distances between all of `reference` and the first 0, 1, … words of `hypothesis`. Given
/// reverse iterators: from the other end.
template <class Iterator>
std::vector<uint32_t> edit_distances(Iterator reference, Iterator reference_end,
                                     Iterator hypothesis, Iterator hypothesis_end) {
  std::vector<uint32_t> row(static_cast<size_t>(hypothesis_end - hypothesis) + 1);
  std::iota(row.begin(), row.end(), 0U);
  for (; reference != reference_end; ++reference) {
    uint32_t diagonal = row[0]++;
    auto word = hypothesis;
    for (size_t j = 1; j < row.size(); ++j, ++word) {
      const uint32_t substituted = diagonal + (*word == *reference ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min(substituted, std::min(row[j], row[j - 1]) + 1);
    }
  }
  return row;
}

/// Finds the cuts by dividing the references in half again and again (Hirschberg 1975).
class Resegmenter {
 public:
  Resegmenter(std::span<const std::string> lines, std::span<const std::string> references) {
    for (const std::string& reference : references) {
      number(split_words(reference), reference_);
      reference_ends_.push_back(reference_.size());
    }
    line_ends_.push_back(true);
    for (const std::string& line : lines) {
      if (!joined_.empty()) joined_ += ' ';
      joined_ += line;
      line_ends_.resize(line_ends_.size() + split_words(line).size(), false);
      line_ends_.back() = true;
    }
    words_ = split_words(joined_);
    number(words_, hypothesis_);
    cuts_.assign(references.size(), words_.size());
  }

  std::vector<std::string> run() {
    if (!cuts_.empty()) divide({0, cuts_.size(), 0, words_.size()});
    std::vector<std::string> parts;
    parts.reserve(cuts_.size());
    size_t first = 0;
    for (const size_t last : cuts_) {
      parts.push_back(text_between(first, last));
      first = last;
    }
    return parts;
  }

 private:
  /// References first … last-1 and the words of the translation that are theirs.
  struct Block {
    size_t first, last;
    size_t first_word, last_word;
  };

  void number(const std::vector<std::string_view>& words, WordNumbers& numbers) {
    for (const std::string_view word : words) {
      numbers.push_back(numbers_.try_emplace(to_lower(word), static_cast<uint32_t>(numbers_.size()))
                            .first->second);
    }
  }

  std::ptrdiff_t reference_start(size_t sentence) const {
    return static_cast<std::ptrdiff_t>(sentence == 0 ? 0 : reference_ends_[sentence - 1]);
  }

  void divide(const Block& block) {
    if (block.last - block.first < 2) return;
    const size_t middle = block.first + (block.last - block.first) / 2;
    const size_t cut = best_cut(block, middle);
    cuts_[middle - 1] = cut;
    divide({block.first, middle, block.first_word, cut});
    divide({middle, block.last, cut, block.last_word});
  }

  /// Where the words of the sentences before `middle` end.
  size_t best_cut(const Block& block, size_t middle) const {
    const auto reference = reference_.begin();
    const auto first_word = hypothesis_.begin() + static_cast<std::ptrdiff_t>(block.first_word);
    const auto last_word = hypothesis_.begin() + static_cast<std::ptrdiff_t>(block.last_word);
    const auto middle_word = reference + reference_start(middle);
    const std::vector<uint32_t> before = edit_distances(reference + reference_start(block.first),
                                                        middle_word, first_word, last_word);
    const std::vector<uint32_t> after = edit_distances(
        std::make_reverse_iterator(reference + reference_start(block.last)),
        std::make_reverse_iterator(middle_word), std::make_reverse_iterator(last_word),
        std::make_reverse_iterator(first_word));
    size_t best = 0;
    const auto cost = [&](size_t words) {
      return std::make_pair(before[words] + after[before.size() - 1 - words],
                            !line_ends_[block.first_word + words]);
    };
    for (size_t words = 1; words < before.size(); ++words)
      if (cost(words) < cost(best)) best = words;
    return block.first_word + best;
  }

  std::string text_between(size_t first, size_t last) const {
    if (first == last) return "";
    const char* begin = words_[first].data();
    const char* end = words_[last - 1].data() + words_[last - 1].size();
    return {begin, end};
  }

  std::string joined_;
  std::vector<std::string_view> words_;  // of joined_
  std::vector<bool> line_ends_;          // by number of words before: whether a line ends there
  std::unordered_map<std::string, uint32_t> numbers_;
  WordNumbers reference_;
  std::vector<size_t> reference_ends_;  // by sentence: the word behind its last
  WordNumbers hypothesis_;
  std::vector<size_t> cuts_;  // by sentence: the word of the translation behind its last
};

}  // namespace

std::vector<std::string> resegment(std::span<const std::string> lines,
                                   std::span<const std::string> references) {
  return Resegmenter(lines, references).run();
}

}  // namespace nmt::scoring
