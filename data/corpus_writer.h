#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus_store.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/checksum.h"

namespace nmt {

/// Whether a store also keeps the lines as they were, for scoring against raw references.
enum class StoredText { kNone, kBothSides };

/// Writes a corpus store sentence by sentence; memory does not grow. Until finish() the folder
/// opens as what it was before: no store, or an older one, which finish() replaces. What an
/// earlier, killed writer left there is removed; files of other names stay.
class CorpusWriter {
 public:
  /// `vocabulary_size` of the source and the target side.
  CorpusWriter(std::string folder, std::array<int64_t, 2> vocabulary_size, StoredText stored_text);

  struct Sentence {
    std::span<const int32_t> ids;
    std::string_view text;  // ignored with StoredText::kNone
  };
  void add(const Sentence& source, const Sentence& target);
  /// The next sentence begins a document. Once called, the first sentence must begin one too.
  void begin_document();
  int64_t sentences() const { return sentences_; }

  /// Completes the store. What the writer knows (counts, files, tokens) is filled into `manifest`
  /// before it is written.
  void finish(CorpusManifest manifest);

 private:
  class HashedFile {
   public:
    HashedFile(const std::string& folder, std::string name);
    void write(const void* data, size_t size);
    void write_u64(uint64_t value) { write(&value, sizeof value); }
    /// Brings the file to disk and describes it.
    CorpusManifest::File finish();
    /// Puts it into its place.
    void commit() { file_.commit(); }
    const std::string& name() const { return name_; }

   private:
    std::string name_;
    AtomicFile file_;
    Sha256 hash_;
  };
  struct Output {
    std::unique_ptr<HashedFile> ids, offsets, text, text_offsets;
    int64_t bytes_per_id = 2;
    int64_t tokens = 0, longest = 0, text_bytes = 0;
  };
  void add_side(Output& output, const Sentence& sentence);

  std::string folder_;
  std::array<int64_t, 2> vocabulary_size_;
  std::array<Output, 2> outputs_;
  std::unique_ptr<HashedFile> document_file_;
  int64_t sentences_ = 0, documents_ = 0, last_document_ = -1;
};

}  // namespace nmt
