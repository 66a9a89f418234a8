#pragma once

#include <string>
#include <vector>

namespace nmt::scoring {

/// Rows of cells as lines of text, two blanks between the columns, each as wide as it needs to be:
/// the first ones, as many as `left`, flush left, the others flush right. Rows may be short. Widths
/// are counted in code points.
std::string aligned_columns(const std::vector<std::vector<std::string>>& rows, size_t left);

}  // namespace nmt::scoring
