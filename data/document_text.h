#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/document_id_reader.h"
#include "data/text_reader.h"
#include "nmt/options/option_value.h"
#include "nmt/support/document_ids.h"

// Text to translate, in documents: one language, read as it arrives.

namespace nmt {

/// How text of one language shows where its documents begin.
enum class DocumentLayout {
  kBlankLine,  // one or more blank lines between documents
  kDTag,       // a line that is exactly "<d>" before each document
  kDocid,      // a file beside it with the id of each line's document
  kIdTsv,      // each line is the document's id, a tab and the sentence
};
inline EnumNames<DocumentLayout> enum_names(DocumentLayout) {
  return {{DocumentLayout::kBlankLine, "blank-line"},
          {DocumentLayout::kDTag, "d-tag"},
          {DocumentLayout::kDocid, "docid"},
          {DocumentLayout::kIdTsv, "id-tsv"}};
}

/// A line of the text. What is written for it is `before`, then for a sentence its translation: so
/// the output mirrors the input line by line.
struct DocumentLine {
  bool sentence = true;          // false: layout alone, with nothing to translate
  bool begins_document = false;  // the first sentence of a document
  std::string document_id;  // of a sentence; "1", "2", … where the layout gives documents no ids
  std::string before;       // a line of layout as it is; "ID\t" in front of a sentence of kIdTsv
  std::string text;         // the sentence, "" for an empty one
};

/// Reads text to translate line by line; next() returns as soon as a line is there, so that it
/// works on a pipe (for groups of lines that have arrived, see ReadAhead). Every line comes out:
/// bytes that are not UTF-8 become U+FFFD; only line ends ("\n" or "\r\n") and a byte-order mark
/// are not kept. Blank lines are layout with kBlankLine and empty sentences in every other layout.
/// A document without sentences is none. Files are plain, .gz or .zst.
class DocumentText {
 public:
  /// `path` "-" is stdin. `ids_path` is the file of ids for kDocid (see DocumentIdReader), else "".
  /// Throws UsageError when one is given and not the other, Error when a file cannot be opened.
  DocumentText(const std::string& path, DocumentLayout layout, const std::string& ids_path = "");

  /// The next line, or nothing at the end. Throws Error, naming file and line, for an id that comes
  /// back after another one, for text with another number of lines than ids (kDocid), for a line
  /// without an id (kIdTsv), and UsageError for a line "<d>" under kBlankLine: it is kDTag.
  std::optional<DocumentLine> next();

  /// Of the lines read so far.
  int64_t documents() const { return documents_; }
  int64_t sentences() const { return sentences_; }
  /// Whether the text has shown a boundary: a blank line, a "<d>", or any id. Text without one is
  /// one document, which is worth a warning.
  bool has_marks() const { return has_marks_; }

 private:
  void split_off_id(DocumentLine& line) const;
  [[noreturn]] void report_unequal();

  LineReader lines_;
  DocumentLayout layout_;
  std::optional<DocumentIdReader> ids_;
  IdGroups groups_;  // of kIdTsv
  bool at_start_ = true, has_marks_ = false;
  int64_t documents_ = 0, sentences_ = 0;
};

/// Documents and their translations, two files with the same layout, read side by side.
class DocumentTextPair {
 public:
  DocumentTextPair(const std::string& source, const std::string& reference, DocumentLayout layout,
                   const std::string& ids_path)
      : source_(source, layout, ids_path),
        reference_(reference, layout, ids_path),
        reference_path_(reference) {}

  struct Line {
    DocumentLine source;
    std::string reference;  // of a sentence
  };
  /// The next line, or nothing at the end. Throws Error, besides what DocumentText throws, where
  /// one text has a sentence or begins a document and the other does not.
  std::optional<Line> next();

  const DocumentText& source() const { return source_; }

 private:
  DocumentText source_, reference_;
  std::string reference_path_;
};

}  // namespace nmt
