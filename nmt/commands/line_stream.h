#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/read_ahead.h"
#include "data/text_reader.h"

namespace nmt {

/// Lines of a file or of stdin, in the groups in which they arrive (see ReadAhead). Lines that are
/// not UTF-8 have U+FFFD in place of the bad bytes: every line comes out.
class LineStream {
 public:
  /// `path` "-" is stdin. Throws Error when the file cannot be opened.
  explicit LineStream(const std::string& path);

  /// The next lines, at most `most`; empty at the end.
  std::vector<std::string> next(size_t most) { return lines_.next(most); }

 private:
  ReadAhead<std::string> lines_;
};

/// Where results go: a file written atomically, or stdout flushed after every group.
class LineSink {
 public:
  /// An empty path is stdout.
  explicit LineSink(const std::string& path);
  ~LineSink();
  LineSink(const LineSink&) = delete;
  LineSink& operator=(const LineSink&) = delete;
  void write(const std::string& line);
  /// Makes what was written visible to a reader of stdout.
  void flush();
  /// Ends a file. Throws Error when it could not be written.
  void close();

 private:
  std::unique_ptr<class AtomicFile> file_;
  std::string path_;
};

}  // namespace nmt
