#include "nmt/support/document_ids.h"

#include "nmt/support/error.h"

namespace nmt {

DocumentIdBytes encode_document_id(int64_t id) {
  DocumentIdBytes bytes{};
  auto rest = static_cast<uint64_t>(id);
  for (char& byte : bytes) {
    byte = static_cast<char>(rest & 0xffU);
    rest >>= 8U;
  }
  return bytes;
}

int64_t decode_document_id(const DocumentIdBytes& bytes) {
  uint64_t number = 0;
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte)
    number = number << 8U | static_cast<uint8_t>(*byte);
  return static_cast<int64_t>(number);
}

bool has_binary_ids(const std::string& path) {
  for (const char* const end : {".docid", ".docid.gz", ".docid.zst"})
    if (path.ends_with(end)) return true;
  return false;
}

void refuse_returning_id(const std::string& file, const std::string& id, int64_t line,
                         const std::string& previous, int64_t first_line) {
  throw Error(FilePosition{file, line},
              text("'", id, "' comes back after '", previous, "'; its document began at ",
                   to_string(FilePosition{file, first_line})),
              "Sort the sentences so that those of a document follow each other, or give each "
              "document an id of its own.");
}

bool IdGroups::begins(const std::string& id, int64_t line) {
  if (!first_lines_.empty() && id == current_) return false;
  const auto [known, is_new] = first_lines_.emplace(id, line);
  if (!is_new) refuse_returning_id(file_, id, line, current_, known->second);
  current_ = id;
  return true;
}

}  // namespace nmt
