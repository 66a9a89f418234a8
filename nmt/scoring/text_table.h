#pragma once

#include <string>
#include <vector>

// Tables as Python's tabulate draws them, which sacreBLEU uses: the first column flush right, the
// others centred.

namespace nmt::scoring {

struct TextTable {
  struct Column {
    std::string header;
    std::vector<std::string> cells;  ///< may have several lines; colours take no room
  };
  std::vector<Column> columns;  ///< equally long ones
};

/// With lines around every cell.
std::string to_grid(const TextTable& table);

/// As a LaTeX tabular with the rules of the package booktabs.
std::string to_latex(const TextTable& table);

}  // namespace nmt::scoring
