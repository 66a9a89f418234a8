#include "nmt/scoring/documents.h"

namespace nmt::scoring {

std::vector<std::string> join_ranges(std::span<const std::string> sentences,
                                     std::span<const LineRange> ranges) {
  std::vector<std::string> joined;
  joined.reserve(ranges.size());
  for (const LineRange& range : ranges) {
    std::string unit;
    for (size_t i = range.first; i < range.last; ++i) {
      if (i > range.first) unit += ' ';
      unit += sentences[i];
    }
    joined.push_back(std::move(unit));
  }
  return joined;
}

}  // namespace nmt::scoring
