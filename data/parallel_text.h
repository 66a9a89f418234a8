#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "data/corpus_spec.h"
#include "data/text_reader.h"

// The one way to read parallel text, in whichever format its documents are marked.

namespace nmt {

/// A sentence and its translation.
struct ParallelLine {
  std::string_view source, target;  // valid until the next one is read; "" is an empty side
  bool valid = true;                // false: not UTF-8, under InvalidUtf8::kDrop
  bool begins_document = false;     // never with DocumentMarks::kNone
};

class ParallelText {
 public:
  virtual ~ParallelText() = default;
  /// The next pair, or nothing at the end. Marks of documents are no pairs; blank lines are empty
  /// sentences where the format does not give them another meaning. Throws Error, naming file and
  /// line, for text that does not follow the format, whose sides do not fit together, or that is
  /// not UTF-8 (see InvalidUtf8).
  virtual std::optional<ParallelLine> next() = 0;
};

/// Opens the text of `spec`, which is no store, in the format `spec.documents`. Files are plain,
/// .gz or .zst. Memory does not grow with the text (for kDocid see DocumentIdReader), but kXml
/// holds the text of its files.
std::unique_ptr<ParallelText> open_parallel_text(const CorpusSpec& spec, InvalidUtf8 policy);

/// The line that begins a document where lines mark them so.
inline constexpr std::string_view kDocumentTag = "<d>";

/// Whether a line has nothing but white space.
bool is_blank(std::string_view line);

}  // namespace nmt
