#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/corpus_input.h"
#include "nmt/support/mapped_file.h"

// A prepared parallel corpus on disk: a folder of memory-mapped files, shared by all processes of a
// machine.
//
//   manifest.json            what it is, how it was made, size and SHA-256 of every other file
//   source.ids target.ids    piece ids of all sentences one after the other, without tags and EOS;
//   uint16, or uint32 for
//                            vocabularies above 65,536 pieces
//   source.offsets …         uint64, sentences + 1: where each sentence begins in .ids
//   source.text …            UTF-8 of the lines as they were, with source.text_offsets (only when
//   asked for) documents                uint64, documents + 1: the first sentence of each document
//   (only with documents)
//
// All numbers are little-endian. The manifest is written last, so an unfinished folder does not
// open.

namespace nmt {

enum class Side { kSource = 0, kTarget = 1 };
inline constexpr std::array<Side, 2> kSides = {Side::kSource, Side::kTarget};
/// "source" or "target".
std::string to_string(Side side);

struct CorpusManifest {
  static constexpr int64_t kVersion = 1;

  std::string source_language, target_language;
  int64_t lines = 0;                       // pairs read; marks of documents are none
  int64_t sentences = 0;                   // kept
  int64_t documents = 0;                   // 0: without documents
  int64_t documents_cut = 0;               // documents divided where a line inside them was dropped
  std::map<std::string, int64_t> dropped;  // reason → lines
  std::array<int64_t, 2> tokens{};         // per side, without tags and EOS
  std::array<int64_t, 2> unknown{};        // of them <unk>
  std::array<int64_t, 2> longest{};        // sentence, in tokens without tags and EOS
  std::array<int64_t, 2> vocabulary_size{};
  std::array<std::string, 2> vocabulary_hash;
  std::string settings;             // what decided which lines were kept, as JSON
  std::vector<CorpusInput> inputs;  // the files of the corpus, the source first
  bool has_text = false;

  struct File {
    int64_t bytes = 0;
    std::string sha256;
  };
  std::map<std::string, File> files;

  int64_t dropped_lines() const;
  std::string to_json() const;
  /// Throws Error naming `path` when the text is not a manifest that this version reads, or was
  /// changed.
  static CorpusManifest parse(const std::string& json, const std::string& path);
};

/// Bytes of one element of NAME.ids for a vocabulary of `size` pieces.
inline int64_t id_bytes(int64_t vocabulary_size) {
  return vocabulary_size <= 65536 ? 2 : 4;
}

class CorpusStore {
 public:
  /// Opens a folder. Checks the manifest and the sizes of all files: quick, whatever the size of
  /// the corpus. Throws Error for an unfinished, truncated, foreign or newer store.
  static std::shared_ptr<const CorpusStore> open(const std::string& folder);
  /// Whether `folder` looks like a store (has a manifest).
  static bool exists(const std::string& folder);

  /// Reads everything and compares it with the checksums; then checks that offsets, ids and
  /// documents make sense. Throws Error naming the damaged file.
  void verify() const;
  /// Throws Error when the corpus was made with other vocabularies than those with these hashes.
  void check_vocabulary(const std::string& source_hash, const std::string& target_hash) const;

  const std::string& folder() const { return folder_; }
  const CorpusManifest& manifest() const { return manifest_; }
  int64_t size() const { return manifest_.sentences; }
  /// Number of pieces of a sentence, without tags and EOS.
  int64_t length(Side side, int64_t sentence) const {
    return static_cast<int64_t>(run_length(side, sentence, 1));
  }
  /// Number of pieces of `count` consecutive sentences together.
  int64_t run_length(Side side, int64_t first, int64_t count) const {
    return packed_[index(side)].length(first, count);
  }
  std::vector<int32_t> ids(Side side, int64_t sentence) const;
  /// The line as it was in the file. Throws std::logic_error when the store was made without texts.
  std::string_view line(Side side, int64_t sentence) const;

  /// Documents: 0 when the corpus has none.
  int64_t documents() const { return manifest_.documents; }
  /// First sentence of a document; document == documents() gives the number of sentences.
  int64_t document_begin(int64_t document) const;
  /// The document that holds a sentence.
  int64_t document_of(int64_t sentence) const;

 private:
  static size_t index(Side side) { return static_cast<size_t>(side); }

  // Sequences one after the other: the payload, and where each begins.
  struct Packed {
    MappedFile payload, offsets;
    int64_t element_bytes;
    int64_t elements() const { return static_cast<int64_t>(payload.size()) / element_bytes; }
    int64_t begin(int64_t i) const;
    int64_t length(int64_t first, int64_t count) const;
  };

  CorpusStore(std::string folder, CorpusManifest manifest);
  MappedFile map(const std::string& name) const;
  Packed pack(const std::string& payload, const std::string& offsets, int64_t element_bytes) const;
  void verify_packed(const Packed& packed) const;

  std::string folder_;
  CorpusManifest manifest_;
  std::vector<Packed> packed_, texts_;
  std::optional<MappedFile> document_begins_;
};

}  // namespace nmt
