#include "nmt/scoring/text_table.h"

#include <algorithm>
#include <map>

namespace nmt::scoring {
namespace {

/// Characters that are seen: code points without the colour sequences.
size_t visible_width(const std::string& words) {
  size_t width = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    if (words[i] == '\033') {
      i = std::min(words.find('m', i), words.size());
    } else if ((static_cast<uint8_t>(words[i]) & 0xC0) != 0x80) {
      ++width;
    }
  }
  return width;
}

std::vector<std::string> lines_of(const std::string& cell) {
  std::vector<std::string> lines;
  size_t start = 0;
  for (size_t end = cell.find('\n'); end != std::string::npos; end = cell.find('\n', start)) {
    lines.push_back(cell.substr(start, end - start));
    start = end + 1;
  }
  lines.push_back(cell.substr(start));
  return lines;
}

size_t column_width(const TextTable::Column& column) {
  constexpr size_t kHeaderRoom = 2;
  size_t width = visible_width(column.header) + kHeaderRoom;
  for (const auto& cell : column.cells) {
    for (const auto& line : lines_of(cell)) width = std::max(width, visible_width(line));
  }
  return width;
}

std::string pad(const std::string& words, size_t width, size_t column) {
  const size_t blanks = width - visible_width(words);
  const size_t left = column == 0 ? blanks : blanks / 2;
  return std::string(left, ' ') + words + std::string(blanks - left, ' ');
}

std::vector<size_t> column_widths(const TextTable& table) {
  std::vector<size_t> widths;
  for (const auto& column : table.columns) widths.push_back(column_width(column));
  return widths;
}

/// A row of the grid, as many lines high as its highest cell.
std::string grid_row(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::vector<std::vector<std::string>> lines;
  size_t height = 0;
  for (const auto& cell : cells) {
    lines.push_back(lines_of(cell));
    height = std::max(height, lines.back().size());
  }
  std::string row;
  for (size_t line = 0; line < height; ++line) {
    for (size_t i = 0; i < cells.size(); ++i) {
      row += "│ " + pad(line < lines[i].size() ? lines[i][line] : "", widths[i], i) + ' ';
    }
    row += "│\n";
  }
  return row;
}

std::string grid_rule(const std::vector<size_t>& widths, const std::string& start,
                      const std::string& dash, const std::string& crossing,
                      const std::string& end) {
  std::string rule;
  for (const size_t width : widths) {
    rule += rule.empty() ? start : crossing;
    for (size_t i = 0; i < width + 2; ++i) rule += dash;
  }
  return rule + end + '\n';
}

std::vector<std::string> headers(const TextTable& table) {
  std::vector<std::string> row;
  for (const auto& column : table.columns) row.push_back(column.header);
  return row;
}

std::vector<std::string> cells_of_row(const TextTable& table, size_t index) {
  std::vector<std::string> row;
  for (const auto& column : table.columns) row.push_back(column.cells[index]);
  return row;
}

std::string escape_latex(const std::string& words) {
  static const std::map<char, std::string> escapes = {{'&', "\\&"},
                                                      {'%', "\\%"},
                                                      {'$', "\\$"},
                                                      {'#', "\\#"},
                                                      {'_', "\\_"},
                                                      {'^', "\\^{}"},
                                                      {'{', "\\{"},
                                                      {'}', "\\}"},
                                                      {'~', "\\textasciitilde{}"},
                                                      {'\\', "\\textbackslash{}"},
                                                      {'<', "\\ensuremath{<}"},
                                                      {'>', "\\ensuremath{>}"}};
  std::string escaped;
  for (const char c : words) {
    const auto found = escapes.find(c);
    escaped += found == escapes.end() ? std::string(1, c) : found->second;
  }
  return escaped;
}

std::string latex_row(const std::vector<std::string>& cells, const std::vector<size_t>& widths) {
  std::string row;
  for (size_t i = 0; i < cells.size(); ++i) {
    row += (i == 0 ? " " : "& ") + escape_latex(pad(cells[i], widths[i], i)) + ' ';
  }
  return row + "\\\\\n";
}

}  // namespace

std::string to_grid(const TextTable& table) {
  const std::vector<size_t> widths = column_widths(table);
  std::string grid = grid_rule(widths, "╒", "═", "╤", "╕") + grid_row(headers(table), widths);
  for (size_t row = 0; row < table.columns.front().cells.size(); ++row) {
    grid +=
        row == 0 ? grid_rule(widths, "╞", "═", "╪", "╡") : grid_rule(widths, "├", "─", "┼", "┤");
    grid += grid_row(cells_of_row(table, row), widths);
  }
  return grid + grid_rule(widths, "╘", "═", "╧", "╛");
}

std::string to_latex(const TextTable& table) {
  const std::vector<size_t> widths = column_widths(table);
  std::string latex = "\\begin{tabular}{r" + std::string(widths.size() - 1, 'c') + "}\n";
  latex += "\\toprule\n" + latex_row(headers(table), widths) + "\\midrule\n";
  for (size_t row = 0; row < table.columns.front().cells.size(); ++row)
    latex += latex_row(cells_of_row(table, row), widths);
  return latex + "\\bottomrule\n\\end{tabular}\n";
}

}  // namespace nmt::scoring
