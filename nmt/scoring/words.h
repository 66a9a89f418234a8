#pragma once

#include <string_view>
#include <vector>

// The words of text in any language, for aligning and counting. BLEU counts tokens of its own
// tokenizers instead.

namespace nmt::scoring {

/// The words of `utf8` in order, as views into it; what lies between them is white space alone. A
/// run without white space is divided at punctuation and symbols, each of which is a word; in
/// scripts written without blanks (Han, kana, Thai, Lao, Khmer, Burmese) each character is one.
/// Throws Error when `utf8` is not valid UTF-8.
std::vector<std::string_view> split_words(std::string_view utf8);

/// How many of those words hold a letter.
size_t count_letter_words(std::string_view utf8);

}  // namespace nmt::scoring
