#include "data/document_text.h"

#include <algorithm>
#include <utility>

#include "data/parallel_text.h"
#include "nmt/support/error.h"

namespace nmt {

DocumentText::DocumentText(const std::string& path, DocumentLayout layout,
                           const std::string& ids_path)
    : lines_(path, InvalidUtf8::kReplace), layout_(layout), groups_(path) {
  if ((layout == DocumentLayout::kDocid) != !ids_path.empty())
    throw UsageError("a file of document ids and the format docid belong together",
                     "Give both, or name the format that the text itself has.");
  if (!ids_path.empty()) ids_.emplace(ids_path);
}

std::optional<DocumentLine> DocumentText::next() {
  const std::optional<TextLine> read = lines_.next();
  const std::optional<DocumentId> id = ids_ ? ids_->next() : std::nullopt;
  if (ids_ && read.has_value() != id.has_value()) report_unequal();
  if (!read) return std::nullopt;
  DocumentLine line{.text = std::string(read->text)};
  const bool layout = (layout_ == DocumentLayout::kBlankLine && is_blank(line.text)) ||
                      (layout_ == DocumentLayout::kDTag && line.text == kDocumentTag);
  if (layout_ == DocumentLayout::kBlankLine && line.text == kDocumentTag)
    throw UsageError(text(to_string(FilePosition{lines_.path(), lines_.line()}),
                          ": this line is exactly <d>, so blank lines do not part the documents"),
                     "Give --documents d-tag.");
  if (layout) {
    has_marks_ = at_start_ = true;
    return DocumentLine{.sentence = false, .before = std::move(line.text)};
  }
  if (id) {
    line.document_id = std::to_string(id->value);
    line.begins_document = id->begins_document;
  } else if (layout_ == DocumentLayout::kIdTsv) {
    split_off_id(line);
    line.begins_document = groups_.begins(line.document_id, lines_.line());
  } else {
    line.begins_document = std::exchange(at_start_, false);
    line.document_id = std::to_string(documents_ + line.begins_document);
  }
  has_marks_ = has_marks_ || id || layout_ == DocumentLayout::kIdTsv;
  documents_ += line.begins_document;
  ++sentences_;
  return line;
}

void DocumentText::split_off_id(DocumentLine& line) const {
  const size_t tab = line.text.find('\t');
  if (tab == 0 || tab == std::string::npos)
    throw Error(FilePosition{lines_.path(), lines_.line()},
                "this is not the id of a document, a tab and a sentence",
                "Write each line so, or name another format with --documents.");
  line.document_id = line.text.substr(0, tab);
  line.before = line.text.substr(0, tab + 1);
  line.text.erase(0, tab + 1);
}

void DocumentText::report_unequal() {
  while (lines_.next()) {
  }
  ids_->report_unequal(lines_.path(), lines_.line());
}

std::optional<DocumentTextPair::Line> DocumentTextPair::next() {
  std::optional<DocumentLine> source = source_.next(), reference = reference_.next();
  if (!source && !reference) return std::nullopt;
  if (!source || !reference || source->sentence != reference->sentence ||
      source->begins_document != reference->begins_document)
    throw Error(FilePosition{reference_path_},
                text("the references part from the input after sentence ",
                     std::min(source_.sentences(), reference_.sentences())),
                "Both texts must be of the same format, line by line.");
  return Line{std::move(*source), std::move(reference->text)};
}

}  // namespace nmt
