#pragma once

#include <span>
#include <string>
#include <vector>

// Putting the sentence boundaries of a reference into a translation that has others (Matusov et al.
// 2005, "Evaluating machine translation output with automatic sentence segmentation").

namespace nmt::scoring {

/// Cuts the text of `lines` into as many parts as there are `references`, in order, such that the
/// sum of the word edit distances between parts and references is as small as it can be. Words are
/// those of split_words(), compared without case; a part may be empty; the parts hold the text of
/// the lines, joined by blanks, unchanged. Of equally good cuts one at the end of a line is taken,
/// then the first one. Takes time proportional to the product of the lengths, and memory
/// proportional to their sum. Throws Error on invalid UTF-8.
std::vector<std::string> resegment(std::span<const std::string> lines,
                                   std::span<const std::string> references);

}  // namespace nmt::scoring
