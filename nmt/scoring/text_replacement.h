#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace nmt::scoring {

/// Replaces every `from` in `line` by `to`, left to right, as Python's str.replace().
inline void replace_all(std::string& line, std::string_view from, std::string_view to) {
  size_t position = line.find(from);
  if (position == std::string::npos) return;
  std::string replaced;
  size_t start = 0;
  for (; position != std::string::npos; position = line.find(from, start)) {
    replaced.append(line, start, position - start).append(to);
    start = position + from.size();
  }
  line = std::move(replaced.append(line, start));
}

}  // namespace nmt::scoring
