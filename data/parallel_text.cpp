#include "data/parallel_text.h"

#include <utility>

#include "data/document_id_reader.h"
#include "data/xml_text.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

/// The lines of two files.
class LinePairs {
 public:
  LinePairs(const CorpusSpec& spec, InvalidUtf8 policy)
      : spec_(spec), reader_({spec.source_path, spec.target_path}, policy) {}

  std::optional<ParallelLine> next() {
    const auto lines = reader_.next();
    if (!lines) return std::nullopt;
    const TextLine &source = (*lines)[0], &target = (*lines)[1];
    return ParallelLine{source.text, target.text, source.valid && target.valid};
  }
  int64_t line() const { return reader_.line(); }
  const CorpusSpec& spec() const { return spec_; }

 private:
  CorpusSpec spec_;
  ParallelReader reader_;
};

class PlainText : public ParallelText {
 public:
  PlainText(const CorpusSpec& spec, InvalidUtf8 policy) : lines_(spec, policy) {}
  std::optional<ParallelLine> next() override { return lines_.next(); }

 private:
  LinePairs lines_;
};

/// Two files in which lines of their own mark where a document begins or ends.
class MarkedText : public ParallelText {
 public:
  MarkedText(const CorpusSpec& spec, InvalidUtf8 policy) : lines_(spec, policy) {}

  std::optional<ParallelLine> next() override {
    while (std::optional<ParallelLine> pair = lines_.next()) {
      if (is_mark(*pair)) {
        at_start_ = true;
        continue;
      }
      pair->begins_document = std::exchange(at_start_, false);
      return pair;
    }
    return std::nullopt;
  }

 protected:
  virtual bool is_mark(const ParallelLine& pair) const = 0;
  const LinePairs& lines() const { return lines_; }

 private:
  LinePairs lines_;
  bool at_start_ = true;
};

class BlankLineText : public MarkedText {
 public:
  using MarkedText::MarkedText;

 private:
  bool is_mark(const ParallelLine& pair) const override {
    return is_blank(pair.source) && is_blank(pair.target);
  }
};

class DTagText : public MarkedText {
 public:
  using MarkedText::MarkedText;

 private:
  bool is_mark(const ParallelLine& pair) const override {
    const bool source = pair.source == kDocumentTag, target = pair.target == kDocumentTag;
    if (source != target) report_one_side(source);
    return source;
  }

  [[noreturn]] void report_one_side(bool on_source) const {
    const CorpusSpec& spec = lines().spec();
    const std::string& with = on_source ? spec.source_path : spec.target_path;
    const std::string& without = on_source ? spec.target_path : spec.source_path;
    throw Error(
        FilePosition{with, lines().line()},
        text("a document begins here (<d>), but not in line ", lines().line(), " of ", without),
        "Both sides need <d> in the same lines: look for lost or added lines before it.");
  }
};

class DocidText : public ParallelText {
 public:
  DocidText(const CorpusSpec& spec, InvalidUtf8 policy)
      : lines_(spec, policy), ids_(spec.ids_path) {}

  std::optional<ParallelLine> next() override {
    std::optional<ParallelLine> pair = lines_.next();
    const std::optional<DocumentId> id = ids_.next();
    if (pair.has_value() != id.has_value()) report_unequal();
    if (pair) pair->begins_document = id->begins_document;
    return pair;
  }

 private:
  [[noreturn]] void report_unequal() {
    while (lines_.next()) {
    }
    const CorpusSpec& spec = lines_.spec();
    ids_.report_unequal(spec.source_path + " and " + spec.target_path, lines_.line());
  }

  LinePairs lines_;
  DocumentIdReader ids_;
};

class TsvText : public ParallelText {
 public:
  TsvText(const CorpusSpec& spec, InvalidUtf8 policy) : rows_(spec.source_path, policy) {}

  std::optional<ParallelLine> next() override {
    while (const std::optional<TextLine> row = rows_.next()) {
      const size_t first = row->text.find('\t');
      if (first == std::string_view::npos && is_blank(row->text)) {
        at_start_ = true;
        continue;
      }
      if (first == std::string_view::npos && row->valid) report_column();
      if (first == std::string_view::npos) return ParallelLine{.valid = false};
      const std::string_view source = row->text.substr(0, first);
      const std::string_view rest = row->text.substr(first + 1);
      const size_t second = rest.find('\t');
      const std::string_view target = rest.substr(0, second);
      if (is_blank(source) && is_blank(target)) {
        at_start_ = true;
        continue;
      }
      const std::string_view ids =
          second == std::string_view::npos ? std::string_view() : rest.substr(second + 1);
      if (ids != ids_) at_start_ = true;
      ids_ = ids;
      return ParallelLine{source, target, row->valid, std::exchange(at_start_, false)};
    }
    return std::nullopt;
  }

 private:
  [[noreturn]] void report_column() const {
    throw Error(FilePosition{rows_.path(), rows_.line()},
                "this row has one column; source and target are needed, with a tab between them",
                "Write source, tab, target, then any ids with tabs before them; or name another "
                "format in data.documents.");
  }

  LineReader rows_;
  std::string ids_;
  bool at_start_ = true;
};

}  // namespace

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::unique_ptr<ParallelText> open_parallel_text(const CorpusSpec& spec, InvalidUtf8 policy) {
  switch (spec.documents) {
    case DocumentMarks::kNone:
      break;
    case DocumentMarks::kBlankLine:
      return std::make_unique<BlankLineText>(spec, policy);
    case DocumentMarks::kDTag:
      return std::make_unique<DTagText>(spec, policy);
    case DocumentMarks::kDocid:
      return std::make_unique<DocidText>(spec, policy);
    case DocumentMarks::kTsv:
      return std::make_unique<TsvText>(spec, policy);
    case DocumentMarks::kXml:
      return std::make_unique<XmlText>(spec, policy);
  }
  return std::make_unique<PlainText>(spec, policy);
}

}  // namespace nmt
