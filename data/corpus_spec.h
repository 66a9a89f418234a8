#pragma once

#include <string>
#include <vector>

#include "nmt/options/option_value.h"

// How a recipe names a corpus, and how text shows where documents begin.

namespace nmt {

/// How document boundaries are found in parallel text. A document without sentences is none: marks
/// with no sentence between them count once. The first sentence of a text begins a document in
/// every format but none.
enum class DocumentMarks {
  kNone,       // two files; every sentence stands alone
  kBlankLine,  // two files; a line that is blank on both sides ends a document
  kDTag,       // two files; a line that is exactly "<d>", on both sides, begins a document
  kDocid,      // two files and one with the id of each line's document (data/document_id_reader.h)
  kTsv,        // one file: source, target, then ids between tabs; a row whose ids differ from those
               // of the row before begins a document, a row with both sides empty ends one
  kXml,        // one file of WMT since 2020, or two of IWSLT or of WMT (.sgm) (data/xml_text.h)
};
inline EnumNames<DocumentMarks> enum_names(DocumentMarks) {
  return {{DocumentMarks::kNone, "none"},  {DocumentMarks::kBlankLine, "blank-line"},
          {DocumentMarks::kDTag, "d-tag"}, {DocumentMarks::kDocid, "docid"},
          {DocumentMarks::kTsv, "tsv"},    {DocumentMarks::kXml, "xml"}};
}

/// One corpus as data.train, data.valid and data.test name it:
///   "data/train.{}.gz:en-de"       two files; {} stands for the language
///   "a.txt,b.txt:en-de"            two files by name, source first
///   "a.txt,b.txt,ab.docid:en-de"   with the file of document ids, where documents is docid. With
///   {}
///                                  that file has docid, or docid.txt, in place of the language;
///                                  it may lack the .gz or .zst of the texts
///   "corpus.tsv.gz:en-de"          one file, where documents is tsv or xml
///   "data/store/train-1"           a folder made by `nmt prepare`; its languages are in its
///   manifest
struct CorpusSpec {
  std::string text;   // as written
  std::string store;  // the folder; "" when the corpus is text
  std::string source_path;
  std::string target_path;  // "" when source_path holds both sides
  std::string ids_path;     // "" but for DocumentMarks::kDocid
  std::string source_language, target_language;
  DocumentMarks documents = DocumentMarks::kNone;

  bool is_store() const { return !store.empty(); }
  /// All files of a text corpus, the source first.
  std::vector<std::string> files() const;
  /// Throws UsageError when `text` has none of the forms that `documents` allows, Error when the
  /// store it names does not open.
  static CorpusSpec parse(const std::string& text, DocumentMarks documents = DocumentMarks::kNone);
};
std::vector<CorpusSpec> parse_corpora(const std::vector<std::string>& texts,
                                      DocumentMarks documents);

}  // namespace nmt
