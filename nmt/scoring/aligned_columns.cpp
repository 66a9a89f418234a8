#include "nmt/scoring/aligned_columns.h"

#include <algorithm>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {

std::string aligned_columns(const std::vector<std::vector<std::string>>& rows, size_t left) {
  const auto width = [](const std::string& cell) { return to_code_points(cell).size(); };
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width(row[i]));
  }
  std::string all;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      const std::string padding(widths[i] - width(row[i]), ' ');
      line += (i == 0 ? "" : "  ") + (i < left ? row[i] + padding : padding + row[i]);
    }
    all += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  }
  return all;
}

}  // namespace nmt::scoring
