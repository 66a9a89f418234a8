#pragma once

#include <string>
#include <vector>

#include "nmt/scoring/documents.h"

// Reading text in documents. Files are plain, .gz or .zst, UTF-8, a sentence a line; white space at
// the end of a line is not part of it.

namespace nmt::scoring {

/// How a file shows where documents begin.
enum class DocumentFormat {
  kBlankLine,  ///< one or more blank lines between documents
  kDTag,       ///< a line "<d>" before each document
  kIdTsv       ///< each line is the document's name, a tab and the sentence
};

/// The files of a test set.
struct DocumentFiles {
  std::string reference;
  std::string hypothesis;
  std::vector<std::string> more_references = {};
};

/// Reads a test set whose files mark their documents themselves. Documents correspond in order; the
/// numbers of sentences in them may differ. With blank lines: when a file has as many lines as the
/// reference and is blank wherever the reference is, then its lines correspond to those of the
/// reference, and further blank lines are empty translations rather than ends of documents. Throws
/// Error for a file that does not follow the format, for a reference without text or with an empty
/// document, and when the documents differ in number or name.
DocumentSet read_documents(const DocumentFiles& files, DocumentFormat format);

/// The same for files without marks, where line n of `id_file` names the document of sentence n: an
/// int64 a sentence when the file is called .docid (see has_binary_ids()), otherwise a line of
/// text a sentence. Blank lines are empty sentences. Throws Error when the files do not have the
/// same number of sentences, and when a document is interrupted by another one.
DocumentSet read_documents(const DocumentFiles& files, const std::string& id_file);

/// The instances in which a test set was translated, as ranges of its sentences: `id_file`, as
/// above, has an id for each sentence of `reference`. Throws Error also when an instance crosses
/// the end of a document.
std::vector<LineRange> read_instances(const std::string& id_file, const DocumentText& reference);

}  // namespace nmt::scoring
