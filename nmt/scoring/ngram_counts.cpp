#include "nmt/scoring/ngram_counts.h"

#include <algorithm>

namespace nmt::scoring {

void NgramCounts::clear() {
  trie_.clear();
  available_.assign(1, 0);
}

void NgramCounts::add_reference(const std::vector<uint32_t>& sequence) {
  counted_.assign(available_.size(), 0);
  for (size_t start = 0; start < sequence.size(); ++start) {
    const size_t end = std::min(sequence.size(), start + max_order_);
    uint32_t ngram = kRoot;
    for (size_t i = start; i < end; ++i) {
      ngram = trie_.insert(edge(ngram, sequence[i]));
      if (ngram >= available_.size()) {
        available_.push_back(0);
        counted_.push_back(0);
      }
      available_[ngram] = std::max(available_[ngram], ++counted_[ngram]);
    }
  }
}

std::vector<int64_t> NgramCounts::matches(const std::vector<uint32_t>& hypothesis) {
  std::vector<int64_t> matched(max_order_, 0);
  counted_.assign(available_.size(), 0);
  for (size_t start = 0; start < hypothesis.size(); ++start) {
    const size_t end = std::min(hypothesis.size(), start + max_order_);
    uint32_t ngram = kRoot;
    for (size_t i = start; i < end; ++i) {
      ngram = trie_.find(edge(ngram, hypothesis[i]));
      if (ngram == Interner<uint64_t>::kAbsent) break;  // nor is any longer one there
      if (counted_[ngram] == available_[ngram]) continue;
      ++counted_[ngram];
      ++matched[i - start];
    }
  }
  return matched;
}

}  // namespace nmt::scoring
