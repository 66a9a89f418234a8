#include "nmt/commands/line_stream.h"

#include <chrono>
#include <iostream>
#include <memory>

#include "data/text_reader.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr size_t kReadAhead = 100000;  // lines; bounds the memory
// A pause in the input after which what has come is translated.
constexpr std::chrono::milliseconds kPatience{20};

}  // namespace

LineStream::LineStream(const std::string& path) : thread_([this, path] { read(path); }) {}

LineStream::~LineStream() {
  {
    const std::lock_guard lock(mutex_);
    abandoned_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void LineStream::read(const std::string& path) {
  try {
    LineReader reader(path, InvalidUtf8::kReplace);
    while (const std::optional<TextLine> line = reader.next()) {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [this] { return abandoned_ || lines_.size() < kReadAhead; });
      if (abandoned_) return;
      lines_.emplace_back(line->text);
      changed_.notify_all();
    }
  } catch (...) {
    const std::lock_guard lock(mutex_);
    error_ = std::current_exception();
  }
  const std::lock_guard lock(mutex_);
  ended_ = true;
  changed_.notify_all();
}

std::vector<std::string> LineStream::next(size_t most) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return ended_ || !lines_.empty(); });
  while (!ended_ && lines_.size() < most) {
    const size_t before = lines_.size();
    changed_.wait_for(lock, kPatience, [&] { return ended_ || lines_.size() >= most; });
    if (lines_.size() == before) break;
  }
  std::vector<std::string> taken;
  while (!lines_.empty() && taken.size() < most) {
    taken.push_back(std::move(lines_.front()));
    lines_.pop_front();
  }
  changed_.notify_all();
  if (taken.empty() && error_) std::rethrow_exception(error_);
  return taken;
}

LineSink::LineSink(const std::string& path) : path_(path) {
  if (!path.empty()) file_ = std::make_unique<AtomicFile>(path);
}

LineSink::~LineSink() = default;

void LineSink::write(const std::string& line) {
  if (file_ != nullptr)
    file_->write(line + "\n");
  else
    std::cout << line << '\n';
}

void LineSink::flush() {
  if (file_ != nullptr) return;
  if (!std::cout.flush())
    throw Error("cannot write to stdout", "The reader of the output may have gone away.");
}

void LineSink::close() {
  flush();
  if (file_ != nullptr) file_->commit();
}

}  // namespace nmt
