#pragma once

#include <cstdint>
#include <string>

#include "data/corpus_spec.h"
#include "data/parallel_text.h"
#include "nmt/support/atomic_file.h"

namespace nmt {

/// How a file of document ids is written.
enum class DocidForm {
  kBinary,  // NAME.docid: an int64 for each line
  kText,    // NAME.docid.txt: a decimal number a line
};
inline EnumNames<DocidForm> enum_names(DocidForm) {
  return {{DocidForm::kBinary, "binary"}, {DocidForm::kText, "text"}};
}

/// Writes parallel text as DocumentMarks::kDocid reads it: PREFIX.SRC, PREFIX.TGT and the file of
/// ids. Documents are numbered from 0. Nothing is there until finish().
class DocidWriter {
 public:
  /// The languages are those of `spec`. Throws Error when the files cannot be written.
  DocidWriter(std::string prefix, const CorpusSpec& spec, DocidForm form);

  /// The first pair must begin a document.
  void add(const ParallelLine& pair);
  /// Completes the files; removes a file of ids in the other form, which no longer fits.
  void finish();

  int64_t documents() const { return documents_; }
  int64_t sentences() const { return sentences_; }
  const std::string& prefix() const { return prefix_; }

 private:
  std::string prefix_;
  DocidForm form_;
  AtomicFile source_, target_, ids_;
  int64_t documents_ = 0, sentences_ = 0;
};

}  // namespace nmt
