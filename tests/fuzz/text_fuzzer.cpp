// Text: lines, parallel text and documents in every format. The first byte says what the rest is;
// what has several files has them one after the other.

#include <algorithm>

#include "data/document_survey.h"
#include "data/document_text.h"
#include "data/parallel_text.h"
#include "nmt/support/utf8.h"
#include "tests/fuzz/fuzzing.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using fuzzing::accepts;
using fuzzing::InputFile;
using fuzzing::require;

// What a gzip or zstd file begins with.
bool is_compressed(std::string_view bytes) {
  return bytes.starts_with("\x1f\x8b") || bytes.starts_with("\x28\xb5\x2f\xfd");
}

void read_lines(std::string_view bytes, InvalidUtf8 policy) {
  const InputFile file(bytes);
  int64_t lines = 0;
  const bool all = accepts([&] {
    LineReader reader(file.path(), policy);
    while (const std::optional<TextLine> line = reader.next()) {
      ++lines;
      require(line->valid == !find_invalid_utf8(line->text), "a line that is called valid is text");
      require(line->valid || policy == InvalidUtf8::kDrop, "other policies deliver text only");
    }
  });
  if (!all || is_compressed(bytes)) return;
  const bool open_end = !bytes.empty() && bytes.back() != '\n';
  require(lines == std::count(bytes.begin(), bytes.end(), '\n') + open_end, "no line is lost");
}

void read_pairs(std::string_view input, DocumentMarks documents, InvalidUtf8 policy) {
  const auto parts = fuzzing::split_parts(input, 3);
  const InputFile source(parts[0]), target(parts[1]), ids(parts[2]);
  CorpusSpec spec{.source_path = source.path(),
                  .source_language = "en",
                  .target_language = "de",
                  .documents = documents};
  const bool one_file =
      documents == DocumentMarks::kTsv || (documents == DocumentMarks::kXml && parts[1].empty());
  if (!one_file) spec.target_path = target.path();
  if (documents == DocumentMarks::kDocid) spec.ids_path = ids.path();
  accepts([&] {
    const auto text = open_parallel_text(spec, policy);
    bool begun = false;
    while (const std::optional<ParallelLine> pair = text->next()) {
      begun |= pair->begins_document;
      require(documents == DocumentMarks::kNone || begun || !pair->valid,
              "the first sentence begins a document");
      require(pair->valid || policy == InvalidUtf8::kDrop, "other policies deliver text only");
    }
  });
  accepts([&] { survey_documents(*open_parallel_text(spec, policy)); });
}

void read_documents(std::string_view input, DocumentLayout layout) {
  const auto parts = fuzzing::split_parts(input, 2);
  const InputFile file(parts[0]), ids(parts[1]);
  accepts([&] {
    DocumentText text(file.path(), layout, layout == DocumentLayout::kDocid ? ids.path() : "");
    while (const std::optional<DocumentLine> line = text.next())
      require(!find_invalid_utf8(line->before + line->text), "every line is text");
  });
}

void read_binary_ids(std::string_view bytes) {
  static const TemporaryFolder folder;
  const std::string path = folder.write("ids.docid", std::string(bytes));
  accepts([&] {
    DocumentIdReader ids(path);
    while (ids.next()) {
    }
    require(is_compressed(bytes) || ids.count() * 8 == std::ssize(bytes), "all ids are read");
  });
}

template <class Enum>
Enum choose(uint8_t& selector) {
  const auto names = enum_names(Enum());
  const auto chosen = names[selector % names.size()].first;
  selector = static_cast<uint8_t>(selector / names.size());
  return chosen;
}

}  // namespace
}  // namespace nmt

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  if (size == 0) return 0;
  const std::string_view input = fuzzing::bytes_of(data + 1, size - 1);
  uint8_t selector = data[0];
  const uint8_t what = selector % 4;
  selector = static_cast<uint8_t>(selector / 4);
  if (what == 0) {
    require(!find_invalid_utf8(replace_invalid_utf8(input)), "what is replaced is text");
    read_lines(input, choose<InvalidUtf8>(selector));
  } else if (what == 1) {
    const auto documents = choose<DocumentMarks>(selector);
    read_pairs(input, documents, choose<InvalidUtf8>(selector));
  } else if (what == 2) {
    read_documents(input, choose<DocumentLayout>(selector));
  } else {
    read_binary_ids(input);
  }
  return 0;
}
