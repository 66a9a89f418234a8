#pragma once

#include <string>
#include <vector>

namespace nmt {

/// The words one after the other, with `separator` between them.
inline std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string all;
  for (size_t i = 0; i < words.size(); ++i) all += (i == 0 ? "" : separator) + words[i];
  return all;
}

}  // namespace nmt
