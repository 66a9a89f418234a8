#include "nmt/commands/line_stream.h"

#include <iostream>
#include <memory>
#include <optional>

#include "nmt/support/atomic_file.h"
#include "nmt/support/file_error.h"

namespace nmt {

LineStream::LineStream(const std::string& path)
    : lines_([reader = std::make_shared<LineReader>(
                  path, InvalidUtf8::kReplace)]() -> std::optional<std::string> {
        const std::optional<TextLine> line = reader->next();
        if (!line) return std::nullopt;
        return std::string(line->text);
      }) {}

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
  if (file_ == nullptr) flush_stdout();
}

void LineSink::close() {
  flush();
  if (file_ != nullptr) file_->commit();
}

}  // namespace nmt
