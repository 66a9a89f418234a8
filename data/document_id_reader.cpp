#include "data/document_id_reader.h"

#include <charconv>
#include <filesystem>
#include <iterator>

#include "nmt/support/document_ids.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

constexpr size_t kReadSize = 1 << 16;
constexpr const char* kForms =
    "A file called .docid holds a little-endian int64 for each line of the text; one called "
    ".docid.txt a decimal number a line. `nmt docid build` makes them.";

}  // namespace

bool NumberRuns::insert(int64_t number) {
  auto after = runs_.upper_bound(number);
  auto before = after == runs_.begin() ? runs_.end() : std::prev(after);
  if (before != runs_.end() && before->second >= number) return false;
  const bool joins_before = before != runs_.end() && before->second == number - 1;
  const bool joins_after = after != runs_.end() && after->first - 1 == number;
  const int64_t last = joins_after ? after->second : number;
  if (joins_after) runs_.erase(after);
  if (joins_before)
    before->second = last;
  else
    runs_.emplace(number, last);
  return true;
}

DocumentIdReader::DocumentIdReader(const std::string& path) : path_(path) {
  if (!std::filesystem::exists(path))
    throw Error(FilePosition{path}, "there is no such file of document ids", kForms);
  if (has_binary_ids(path))
    bytes_ = open_bytes(path);
  else
    lines_.emplace(path);
}

std::optional<DocumentId> DocumentIdReader::next() {
  const std::optional<int64_t> id = read();
  if (!id) return std::nullopt;
  if (id == current_) return DocumentId{*id, false};
  if (!seen_.insert(*id))
    refuse_returning_id(path_, std::to_string(*id), count_, std::to_string(*current_),
                        find_line(*id));
  current_ = id;
  return DocumentId{*id, true};
}

std::optional<int64_t> DocumentIdReader::read() {
  const std::optional<int64_t> id = bytes_ ? read_binary() : read_decimal();
  if (id) ++count_;
  return id;
}

// The first line that has `id`, which is somewhere.
int64_t DocumentIdReader::find_line(int64_t id) const {
  DocumentIdReader again(path_);
  while (again.read() != id) {
  }
  return again.count_;
}

std::optional<int64_t> DocumentIdReader::read_binary() {
  while (buffer_.size() - begin_ < kDocumentIdBytes) {
    buffer_.erase(0, begin_);
    begin_ = 0;
    const size_t kept = buffer_.size();
    buffer_.resize(kept + kReadSize);
    const size_t count = bytes_->read(std::span(buffer_).subspan(kept));
    buffer_.resize(kept + count);
    if (count > 0) continue;
    if (kept > 0)
      throw Error(
          FilePosition{path_},
          text("its size is not 8 bytes for each line: ", kept, " bytes follow ", count_, " ids"),
          kForms);
    return std::nullopt;
  }
  DocumentIdBytes id{};
  buffer_.copy(id.data(), id.size(), begin_);
  begin_ += id.size();
  return decode_document_id(id);
}

std::optional<int64_t> DocumentIdReader::read_decimal() {
  const std::optional<TextLine> line = lines_->next();
  if (!line) return std::nullopt;
  std::string_view digits = line->text;
  while (digits.ends_with(' ') || digits.ends_with('\t')) digits.remove_suffix(1);
  int64_t id = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), id);
  if (error != std::errc() || end != digits.data() + digits.size())
    throw Error(FilePosition{path_, lines_->line()},
                text("'", digits.substr(0, 40), "' is not a document id, a whole number"), kForms);
  return id;
}

void DocumentIdReader::report_unequal(const std::string& text_files, int64_t lines) {
  while (read()) {
  }
  throw Error(FilePosition{path_},
              text("there are ", count_, " ids for the ", lines, " lines of ", text_files),
              "Give one id for each line, also for blank ones. " + std::string(kForms));
}

}  // namespace nmt
