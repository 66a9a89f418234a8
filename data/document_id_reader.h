#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "data/byte_stream.h"
#include "data/text_reader.h"

namespace nmt {

/// Reads a file of document ids, one for each line of a text: binary or a decimal number a line, as
/// its name says (has_binary_ids()); also compressed. Memory does not grow.
class DocumentIdReader {
 public:
  /// Throws Error when the file cannot be opened.
  explicit DocumentIdReader(const std::string& path);

  /// The next id, or nothing at the end. Throws Error when the file is damaged, when a line is not
  /// a 64-bit number, or when a binary file does not hold whole ids.
  std::optional<int64_t> next();

  const std::string& path() const { return path_; }
  /// Ids read; after next(): the line of the text that its id belongs to, from 1.
  int64_t count() const { return count_; }

  /// To be called for a text with another number of lines than ids. `text` names its files, `lines`
  /// is how many lines it has. Reads to the end to tell the number of ids.
  [[noreturn]] void report_unequal(const std::string& text, int64_t lines);

 private:
  std::optional<int64_t> next_binary();
  std::optional<int64_t> next_decimal();

  std::string path_;
  std::unique_ptr<ByteStream> bytes_;  // of a binary file
  std::string buffer_;
  size_t begin_ = 0;
  std::optional<LineReader> lines_;  // of a text file
  int64_t count_ = 0;
};

}  // namespace nmt
