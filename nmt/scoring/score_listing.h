#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/terminal_style.h"

// How scores of one system by several metrics are put together.

namespace nmt::scoring {

/// One JSON object, or a list of several.
std::string join_json(const std::vector<std::string>& objects);

/// Lines of several metrics with their equals signs below each other.
std::string align_lines(const std::vector<std::string>& lines, const TerminalStyle& terminal);

}  // namespace nmt::scoring
