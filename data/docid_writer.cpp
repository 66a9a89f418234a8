#include "data/docid_writer.h"

#include <filesystem>

#include "nmt/support/document_ids.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

std::string ids_path(const std::string& prefix, DocidForm form) {
  return prefix + (form == DocidForm::kBinary ? ".docid" : ".docid.txt");
}

}  // namespace

DocidWriter::DocidWriter(std::string prefix, const CorpusSpec& spec, DocidForm form)
    : prefix_(std::move(prefix)),
      form_(form),
      source_(prefix_ + "." + spec.source_language),
      target_(prefix_ + "." + spec.target_language),
      ids_(ids_path(prefix_, form)) {}

void DocidWriter::add(const ParallelLine& pair) {
  documents_ += pair.begins_document;
  ++sentences_;
  source_.write(pair.source);
  source_.write("\n");
  target_.write(pair.target);
  target_.write("\n");
  const int64_t id = documents_ - 1;
  if (form_ == DocidForm::kBinary) {
    const DocumentIdBytes bytes = encode_document_id(id);
    ids_.write(bytes.data(), bytes.size());
  } else {
    ids_.write(std::to_string(id) + "\n");
  }
}

void DocidWriter::sync() {
  for (AtomicFile* file : {&source_, &target_, &ids_}) file->sync();
}

void DocidWriter::remove_ids() const {
  for (const DocidForm form : {DocidForm::kBinary, DocidForm::kText})
    std::filesystem::remove(ids_path(prefix_, form));
}

void DocidWriter::commit() {
  for (AtomicFile* file : {&source_, &target_, &ids_}) file->commit();
}

void DocidWriter::finish_all(std::span<DocidWriter> writers) {
  const auto each = [writers](auto action) {
    for (DocidWriter& writer : writers)
      if (writer.documents_ > 0) action(writer);
  };
  each([](DocidWriter& writer) { writer.sync(); });
  // All is on disk now, under temporary names. From here to its new ids no text of the set opens.
  each([](DocidWriter& writer) { writer.remove_ids(); });
  each([](DocidWriter& writer) { writer.commit(); });
}

std::vector<std::string> DocidWriter::files(const std::string& prefix, const CorpusSpec& spec) {
  return {prefix + "." + spec.source_language, prefix + "." + spec.target_language,
          ids_path(prefix, DocidForm::kBinary), ids_path(prefix, DocidForm::kText)};
}

}  // namespace nmt
