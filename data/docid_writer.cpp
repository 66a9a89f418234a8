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

void DocidWriter::finish() {
  source_.commit();
  target_.commit();
  ids_.commit();
  std::filesystem::remove(
      ids_path(prefix_, form_ == DocidForm::kBinary ? DocidForm::kText : DocidForm::kBinary));
}

}  // namespace nmt
