#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "data/byte_stream.h"

// Lines of text files, one at a time: memory does not grow with the file.

namespace nmt {

/// What to do with a line that is not text: bytes that are not UTF-8, or a NUL byte.
enum class InvalidUtf8 {
  kError,    // stop with an Error that names file, line and byte
  kReplace,  // put U+FFFD in place of the bytes
  kDrop,     // deliver the line marked as not valid; whoever reads pairs leaves the pair out
};
inline std::vector<std::pair<InvalidUtf8, std::string>> enum_names(InvalidUtf8) {
  return {{InvalidUtf8::kError, "error"},
          {InvalidUtf8::kReplace, "replace"},
          {InvalidUtf8::kDrop, "drop"}};
}

struct TextLine {
  std::string_view text;  // without line end; valid until the next line is read
  bool valid = true;      // false: not UTF-8, under InvalidUtf8::kDrop
};

/// Reads the lines of a plain, .gz or .zst file ("-": standard input). A line ends at "\n"; a "\r"
/// before it and a byte-order mark at the start of the file are removed; the last line may lack its
/// end. Any length of line is fine.
class LineReader {
 public:
  explicit LineReader(std::string path, InvalidUtf8 policy = InvalidUtf8::kError);

  /// The next line, or nothing at the end. Throws Error for a damaged file, or for a line that is
  /// not text (see policy).
  std::optional<TextLine> next();

  const std::string& path() const { return path_; }
  /// Number of the line that next() delivered last, from 1; at the end: the number of lines.
  int64_t line() const { return line_; }

 private:
  std::string_view cut_line(size_t end);
  TextLine check(std::string_view line);

  std::string path_;
  InvalidUtf8 policy_;
  std::unique_ptr<ByteStream> stream_;
  std::string buffer_;  // bytes read
  size_t begin_ = 0;    // first byte of buffer_ not delivered yet
  size_t end_ = 0;      // bytes of buffer_ in use
  std::string replacement_;
  int64_t line_ = 0;
};

/// Reads files that belong together line by line: the sides of a parallel corpus.
class ParallelReader {
 public:
  explicit ParallelReader(const std::vector<std::string>& paths,
                          InvalidUtf8 policy = InvalidUtf8::kError);

  /// One line of every file (valid until the next call), or nothing at the common end. Throws Error
  /// when one file ends before another, saying how many lines each has.
  std::optional<std::span<const TextLine>> next();

  int64_t line() const { return readers_.front().line(); }

 private:
  [[noreturn]] void report_unequal();
  std::vector<LineReader> readers_;
  std::vector<TextLine> lines_;
};

}  // namespace nmt
