#include "data/corpus_writer.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>

#include "nmt/support/error.h"

namespace nmt {

namespace fs = std::filesystem;

namespace {

constexpr const char* kManifest = "manifest.json";

// Removes a store, and what a killed writer left of one, but nothing else that lies there.
void remove_store(const std::string& folder) {
  std::vector<std::string> names = {kManifest, "documents"};
  for (const Side side : kSides)
    for (const char* ending : {".ids", ".offsets", ".text", ".text_offsets"})
      names.push_back(to_string(side) + ending);
  for (const std::string& name : names) fs::remove(fs::path(folder) / name);
}

}  // namespace

CorpusWriter::HashedFile::HashedFile(const std::string& folder, std::string name)
    : name_(std::move(name)), file_((fs::path(folder) / name_).string()) {}

void CorpusWriter::HashedFile::write(const void* data, size_t size) {
  file_.write(data, size);
  hash_.update(data, size);
}

CorpusManifest::File CorpusWriter::HashedFile::finish() {
  file_.sync();
  return {static_cast<int64_t>(file_.size()), hash_.finish()};
}

CorpusWriter::CorpusWriter(std::string folder, std::array<int64_t, 2> vocabulary_size,
                           StoredText stored_text)
    : folder_(std::move(folder)), vocabulary_size_(vocabulary_size) {
  std::error_code failure;
  fs::create_directories(folder_, failure);
  if (failure)
    throw Error(FilePosition{folder_}, text("cannot create the folder: ", failure.message()));
  remove_unfinished_files(folder_);
  for (const Side side : kSides) {
    const std::string name = to_string(side);
    Output& output = outputs_[static_cast<size_t>(side)];
    output.bytes_per_id = id_bytes(vocabulary_size[static_cast<size_t>(side)]);
    output.ids = std::make_unique<HashedFile>(folder_, name + ".ids");
    output.offsets = std::make_unique<HashedFile>(folder_, name + ".offsets");
    output.offsets->write_u64(0);
    if (stored_text == StoredText::kNone) continue;
    output.text = std::make_unique<HashedFile>(folder_, name + ".text");
    output.text_offsets = std::make_unique<HashedFile>(folder_, name + ".text_offsets");
    output.text_offsets->write_u64(0);
  }
}

void CorpusWriter::add(const Sentence& source, const Sentence& target) {
  add_side(outputs_[0], source);
  add_side(outputs_[1], target);
  ++sentences_;
}

void CorpusWriter::add_side(Output& output, const Sentence& sentence) {
  if (output.bytes_per_id == 2) {
    const std::vector<uint16_t> narrow(sentence.ids.begin(), sentence.ids.end());
    output.ids->write(narrow.data(), 2 * narrow.size());
  } else {
    output.ids->write(sentence.ids.data(), 4 * sentence.ids.size());
  }
  const auto length = static_cast<int64_t>(sentence.ids.size());
  output.tokens += length;
  output.longest = std::max(output.longest, length);
  output.offsets->write_u64(static_cast<uint64_t>(output.tokens));
  if (!output.text) return;
  output.text->write(sentence.text.data(), sentence.text.size());
  output.text_bytes += static_cast<int64_t>(sentence.text.size());
  output.text_offsets->write_u64(static_cast<uint64_t>(output.text_bytes));
}

void CorpusWriter::begin_document() {
  if (last_document_ == sentences_) return;  // nothing since the last mark
  if (documents_ == 0 && sentences_ > 0)
    throw std::logic_error("sentences before the first document");
  if (!document_file_) document_file_ = std::make_unique<HashedFile>(folder_, "documents");
  document_file_->write_u64(static_cast<uint64_t>(sentences_));
  last_document_ = sentences_;
  ++documents_;
}

void CorpusWriter::finish(CorpusManifest manifest) {
  // A mark that no sentence followed begins nothing: it becomes the end of the last document.
  const bool open_mark = document_file_ && last_document_ == sentences_;
  if (document_file_ && !open_mark) document_file_->write_u64(static_cast<uint64_t>(sentences_));
  manifest.documents = open_mark ? documents_ - 1 : documents_;
  manifest.sentences = sentences_;
  manifest.vocabulary_size = vocabulary_size_;
  manifest.has_text = outputs_[0].text != nullptr;
  std::vector<HashedFile*> files = {document_file_.get()};
  for (const Side side : kSides) {
    const Output& output = outputs_[static_cast<size_t>(side)];
    manifest.tokens[static_cast<size_t>(side)] = output.tokens;
    manifest.longest[static_cast<size_t>(side)] = output.longest;
    files.insert(files.end(), {output.ids.get(), output.offsets.get(), output.text.get(),
                               output.text_offsets.get()});
  }
  std::erase(files, nullptr);
  for (HashedFile* file : files) manifest.files[file->name()] = file->finish();
  AtomicFile manifest_file((fs::path(folder_) / kManifest).string());
  manifest_file.write(manifest.to_json());
  manifest_file.sync();
  // All is on disk now, under temporary names. From here to the new manifest the folder does not
  // open: old and new files must not mix.
  remove_store(folder_);
  for (HashedFile* file : files) file->commit();
  manifest_file.commit();
}

}  // namespace nmt
