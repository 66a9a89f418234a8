#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

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
/// ids. Documents are numbered from 0. Nothing is there until finish_all().
class DocidWriter {
 public:
  /// The languages are those of `spec`. Throws Error when the files cannot be written.
  DocidWriter(std::string prefix, const CorpusSpec& spec, DocidForm form);

  /// The first pair must begin a document.
  void add(const ParallelLine& pair);

  /// Completes the files of all of `writers`, which take the place of earlier ones as one set: a
  /// full disk leaves those as they were, and old ids never stand beside new text, whenever the
  /// process is killed. Ids of the other form, which no longer fit, are removed. A writer that got
  /// no document writes nothing.
  static void finish_all(std::span<DocidWriter> writers);
  /// What finish_all() writes or removes for this prefix.
  static std::vector<std::string> files(const std::string& prefix, const CorpusSpec& spec);

  int64_t documents() const { return documents_; }
  int64_t sentences() const { return sentences_; }
  const std::string& prefix() const { return prefix_; }

 private:
  void sync();
  void remove_ids() const;
  void commit();

  std::string prefix_;
  DocidForm form_;
  AtomicFile source_, target_, ids_;
  int64_t documents_ = 0, sentences_ = 0;
};

}  // namespace nmt
