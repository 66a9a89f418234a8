#include "data/text_reader.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "nmt/support/error.h"
#include "nmt/support/utf8.h"

namespace nmt {
namespace {

constexpr size_t kReadSize = 1 << 17;

std::string describe_byte(std::string_view line, size_t offset) {
  char hex[8];
  std::snprintf(hex, sizeof hex, "0x%02x", static_cast<unsigned char>(line[offset]));
  return text("byte ", offset + 1, " of the line (", hex, ")");
}

}  // namespace

LineReader::LineReader(std::string path, InvalidUtf8 policy)
    : path_(std::move(path)), policy_(policy), stream_(open_bytes(path_)) {}

std::optional<TextLine> LineReader::next() {
  size_t searched = begin_;
  for (;;) {
    const void* found = std::memchr(buffer_.data() + searched, '\n', end_ - searched);
    if (found != nullptr) {
      const auto position = static_cast<size_t>(static_cast<const char*>(found) - buffer_.data());
      const std::string_view line = cut_line(position);
      begin_ = position + 1;
      return check(line);
    }
    if (begin_ > 0) {
      std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    searched = end_;
    if (buffer_.size() < end_ + kReadSize) buffer_.resize(std::max(end_ + kReadSize, 2 * end_));
    const size_t count = stream_->read({buffer_.data() + end_, buffer_.size() - end_});
    end_ += count;
    if (count == 0) break;
  }
  if (begin_ == end_) return std::nullopt;
  const std::string_view line = cut_line(end_);
  begin_ = end_;
  return check(line);
}

// The bytes from begin_ to `end` as the next line.
std::string_view LineReader::cut_line(size_t end) {
  std::string_view line(buffer_.data() + begin_, end - begin_);
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (line_ == 0 && line.starts_with("\xef\xbb\xbf")) line.remove_prefix(3);
  ++line_;
  return line;
}

TextLine LineReader::check(std::string_view line) {
  const std::optional<size_t> invalid = find_invalid_utf8(line);
  if (!invalid) return {line, true};
  switch (policy_) {
    case InvalidUtf8::kDrop:
      return {line, false};
    case InvalidUtf8::kReplace:
      replacement_ = replace_invalid_utf8(line);
      return {replacement_, true};
    case InvalidUtf8::kError:
      break;
  }
  const bool nul = line[*invalid] == '\0';
  throw Error(FilePosition{path_, line_},
              text(nul ? "NUL byte: " : "not UTF-8: ", describe_byte(line, *invalid)),
              text(nul ? "Remove the byte" : "Convert the file to UTF-8",
                   ", or set data.invalid_utf8 to replace (puts U+FFFD there) or to drop (leaves "
                   "such lines out)."));
}

ParallelReader::ParallelReader(const std::vector<std::string>& paths, InvalidUtf8 policy) {
  readers_.reserve(paths.size());
  for (const std::string& path : paths) readers_.emplace_back(path, policy);
  lines_.resize(paths.size());
}

std::optional<std::span<const TextLine>> ParallelReader::next() {
  size_t present = 0;
  for (size_t side = 0; side < readers_.size(); ++side)
    if (const auto line = readers_[side].next()) {
      lines_[side] = *line;
      ++present;
    }
  if (present == 0) return std::nullopt;
  if (present < readers_.size()) report_unequal();
  return lines_;
}

void ParallelReader::report_unequal() {
  std::string counts;
  const LineReader* shortest = nullptr;
  for (LineReader& reader : readers_) {
    while (reader.next()) {
    }
    counts += text(counts.empty() ? "" : ", ", reader.path(), " has ", reader.line());
    if (shortest == nullptr || reader.line() < shortest->line()) shortest = &reader;
  }
  throw Error(FilePosition{shortest->path(), shortest->line()},
              text("the files that belong together differ in their number of lines: ", counts,
                   "; they part after line ", shortest->line(), ", where this file ends"),
              "Line n of one side must translate line n of the other: look for lost or added "
              "lines, and for line "
              "separators inside sentences.");
}

}  // namespace nmt
