#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace nmt {

/// Lines of a file or of stdin, read ahead on a thread of their own and handed out in groups: large
/// ones when the input is there (so that batches are full), small ones when it trickles in (so that
/// nobody waits). Lines that are not UTF-8 have U+FFFD in place of the bad bytes: every line comes
/// out.
class LineStream {
 public:
  /// `path` "-" is stdin.
  explicit LineStream(const std::string& path);
  ~LineStream();
  LineStream(const LineStream&) = delete;
  LineStream& operator=(const LineStream&) = delete;

  /// The next lines, at most `most`; waits for the first and then only as long as more keep coming.
  /// Empty at the end. Throws what reading threw, after the lines before it were handed out.
  std::vector<std::string> next(size_t most);

 private:
  void read(const std::string& path);
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<std::string> lines_;
  bool ended_ = false, abandoned_ = false;
  std::exception_ptr error_;
  std::thread thread_;
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
