#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <unordered_map>

// Ids beside a text: which document each of its sentences belongs to. The sentences of a document
// follow each other.

namespace nmt {

/// Bytes of one id in a binary file: a signed 64-bit integer, little-endian, no header; what tools
/// for documents write as an array of C `long`.
inline constexpr size_t kDocumentIdBytes = 8;
using DocumentIdBytes = std::array<char, kDocumentIdBytes>;

DocumentIdBytes encode_document_id(int64_t id);
int64_t decode_document_id(const DocumentIdBytes& bytes);

/// Whether a file of ids is binary, which its name tells: NAME.docid is, also as .docid.gz and
/// .docid.zst. Every other one is text with an id a line; NAME.docid.txt is the usual name.
bool has_binary_ids(const std::string& path);

/// Throws the Error for an id that comes back after another one: in line `line` of `file`, after
/// `previous`, where its document began in line `first_line`. Lines count from 1.
[[noreturn]] void refuse_returning_id(const std::string& file, const std::string& id, int64_t line,
                                      const std::string& previous, int64_t first_line);

/// Finds where documents begin in a sequence of ids. Memory grows with the number of documents.
class IdGroups {
 public:
  /// `file` is what holds the ids.
  explicit IdGroups(std::string file) : file_(std::move(file)) {}

  /// Whether the id of line `line` (from 1) begins a document: it differs from the one before.
  /// Throws Error, naming both lines, for an id that comes back after another one.
  bool begins(const std::string& id, int64_t line);

 private:
  std::string file_;
  std::string current_;
  std::unordered_map<std::string, int64_t> first_lines_;
};

}  // namespace nmt
