#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace nmt {

/// Edits (insert, delete, replace, swap two neighbours) that turn `a` into `b`: Damerau–Levenshtein
/// distance, each stretch edited once.
size_t edit_distance(const std::string& a, const std::string& b);

/// Most edits that a misspelt `word` may be away from what was meant: a third of its length, at
/// least one from two letters on.
size_t tolerated_edits(const std::string& word);

/// The candidate nearest to `word`, the first one of equals, or "" when none is within
/// tolerated_edits().
std::string nearest_word(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace nmt
