#pragma once

#include <iosfwd>
#include <string>
#include <vector>

// Reading what is to be scored. Where a line ends decides which sentences are compared, so the
// rules are sacreBLEU's.

namespace nmt::scoring {

/// What ends a line.
enum class LineEnds {
  kLineFeed,  ///< "\n" alone, as in files; a lone "\r" is part of the line
  kUniversal  ///< "\n", "\r\n" and "\r", as on the standard input
};

/// Splits `text`; a line end at the very end opens no further line.
std::vector<std::string> split_lines(const std::string& text, LineEnds ends);

/// A whole file; those named .gz and .zst are decompressed. Throws Error when it is missing or
/// damaged.
std::string read_bytes(const std::string& file);

/// The lines of a file as UTF-8, without their line ends but with other white space. Files named
/// .gz and .zst are decompressed. `encoding` is any that ICU knows. Throws Error when the file is
/// missing or damaged, when the encoding is unknown, and when the file is not text in it (naming
/// line and byte for UTF-8).
std::vector<std::string> read_lines(const std::string& file, const std::string& encoding = "utf-8");

/// Everything that is left in a stream.
std::string read_stream(std::istream& in);

/// `bytes` in `encoding` as UTF-8. `name` is what error messages call the text.
std::string decode_text(std::string bytes, const std::string& encoding, const std::string& name);

}  // namespace nmt::scoring
