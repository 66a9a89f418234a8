#include "nmt/commands/line_stream.h"

#include <iostream>
#include <memory>
#include <optional>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"

namespace nmt {

LineStream::LineStream(const std::string& path)
    : reader_(path, InvalidUtf8::kReplace), lines_([this]() -> std::optional<std::string> {
        const std::optional<TextLine> line = reader_.next();
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
  if (file_ != nullptr) return;
  if (!std::cout.flush())
    throw Error("cannot write to stdout", "The reader of the output may have gone away.");
}

void LineSink::close() {
  flush();
  if (file_ != nullptr) file_->commit();
}

}  // namespace nmt
