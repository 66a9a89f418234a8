#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "data/byte_stream.h"
#include "data/text_reader.h"

namespace nmt {

/// A set of numbers that takes the memory of the runs of consecutive numbers in it.
class NumberRuns {
 public:
  /// Adds `number`; false when it was there.
  bool insert(int64_t number);
  size_t runs() const { return runs_.size(); }

 private:
  std::map<int64_t, int64_t> runs_;  // first → last
};

/// The document of a line.
struct DocumentId {
  int64_t value = 0;
  bool begins_document = false;  // the line before belongs to another one
};

/// Reads a file of document ids, one for each line of a text: binary or a decimal number a line, as
/// its name says (has_binary_ids()); also compressed. Memory does not grow with the number of
/// lines, nor with that of documents when they are numbered one after the other.
class DocumentIdReader {
 public:
  /// Throws Error when the file cannot be opened.
  explicit DocumentIdReader(const std::string& path);

  /// The next id, or nothing at the end. Throws Error when the file is damaged, when a line is not
  /// a 64-bit number, when a binary file does not hold whole ids, and, naming both lines, for an id
  /// that comes back after another one.
  std::optional<DocumentId> next();

  const std::string& path() const { return path_; }
  /// Ids read; after next(): the line of the text that its id belongs to, from 1.
  int64_t count() const { return count_; }

  /// To be called for a text with another number of lines than ids. `text` names its files, `lines`
  /// is how many lines it has. Reads to the end to tell the number of ids.
  [[noreturn]] void report_unequal(const std::string& text, int64_t lines);

 private:
  std::optional<int64_t> read();
  std::optional<int64_t> read_binary();
  std::optional<int64_t> read_decimal();
  int64_t find_line(int64_t id) const;

  std::string path_;
  std::unique_ptr<ByteStream> bytes_;  // of a binary file
  std::string buffer_;
  size_t begin_ = 0;
  std::optional<LineReader> lines_;  // of a text file
  int64_t count_ = 0;
  std::optional<int64_t> current_;
  NumberRuns seen_;
};

}  // namespace nmt
