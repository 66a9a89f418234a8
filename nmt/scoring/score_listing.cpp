#include "nmt/scoring/score_listing.h"

#include <algorithm>

#include "nmt/scoring/unicode.h"

namespace nmt::scoring {
namespace {

/// With the confidence interval coloured.
std::string painted(const std::string& line, const TerminalStyle& terminal) {
  const size_t start = line.find("(μ = ");
  const size_t end = line.find(')', start);
  if (start == std::string::npos || end == std::string::npos) return line;
  return line.substr(0, start) + terminal.paint(line.substr(start, end + 1 - start), Color::kCyan) +
         line.substr(end + 1);
}

}  // namespace

std::string join_json(const std::vector<std::string>& objects) {
  if (objects.size() == 1) return objects.front() + '\n';
  std::string list = "[\n";
  for (size_t i = 0; i < objects.size(); ++i) list += (i == 0 ? "" : ",\n") + objects[i];
  return list + "\n]\n";
}

std::string align_lines(const std::vector<std::string>& lines, const TerminalStyle& terminal) {
  // Numbers alone have no equals sign, but for that of a confidence interval.
  std::vector<size_t> indents;
  size_t widest = 0;
  for (const auto& line : lines) {
    const size_t equals = line.find('=');
    const bool aligned = equals != std::string::npos;
    indents.push_back(aligned ? to_code_points(line.substr(0, equals)).size() : 0);
    widest = std::max(widest, indents.back());
  }
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t indent = indents[i] == 0 ? 0 : widest - indents[i];
    text += std::string(indent, ' ') + painted(lines[i], terminal) + '\n';
  }
  return text;
}

}  // namespace nmt::scoring
