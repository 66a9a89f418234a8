#include "nmt/scoring/document_reader.h"

#include <algorithm>

#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/unicode.h"
#include "nmt/support/document_ids.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

std::vector<std::string> read_trimmed(const std::string& file) {
  std::vector<std::string> lines = read_lines(file);
  for (std::string& line : lines) line.resize(trim_right(line).size());
  return lines;
}

int64_t line_number(size_t index) {
  return static_cast<int64_t>(index) + 1;
}

FilePosition line_of(const std::string& file, size_t index) {
  return {file, line_number(index)};
}

/// Collects sentences into documents.
class DocumentBuilder {
 public:
  explicit DocumentBuilder(const std::string& name) { text_.name = name; }

  void begin(const std::string& id) {
    text_.documents.push_back({text_.sentences.size(), text_.sentences.size()});
    text_.ids.push_back(id);
  }
  void begin() { begin(std::to_string(text_.documents.size() + 1)); }
  void add(std::string sentence) {
    text_.sentences.push_back(std::move(sentence));
    ++text_.documents.back().last;
  }
  DocumentText finish() { return std::move(text_); }

 private:
  DocumentText text_;
};

DocumentText parse_blank_lines(const std::vector<std::string>& lines, const std::string& file) {
  DocumentBuilder builder(file);
  bool inside = false;
  for (const std::string& line : lines) {
    if (!line.empty() && !inside) builder.begin();
    inside = !line.empty();
    if (inside) builder.add(line);
  }
  return builder.finish();
}

DocumentText parse_d_tags(const std::vector<std::string>& lines, const std::string& file) {
  if (!lines.empty() && lines.front() != "<d>") {
    throw Error(line_of(file, 0), "the first line is not \"<d>\", which begins each document",
                "Put \"<d>\" before each document, or name another format with --documents.");
  }
  DocumentBuilder builder(file);
  for (const std::string& line : lines) {
    if (line == "<d>") {
      builder.begin();
    } else {
      builder.add(line);
    }
  }
  return builder.finish();
}

DocumentText parse_id_column(const std::vector<std::string>& lines, const std::string& file) {
  DocumentBuilder builder(file);
  IdGroups groups(file);
  for (size_t i = 0; i < lines.size(); ++i) {
    const size_t tab = lines[i].find('\t');
    const std::string id = lines[i].substr(0, tab);
    if (tab == std::string::npos || id.empty()) {
      throw Error(line_of(file, i), "this is not a document's name, a tab and a sentence",
                  "Write each line so, or name another format with --documents.");
    }
    if (groups.begins(id, line_number(i))) builder.begin(id);
    builder.add(std::string(trim_right(std::string_view(lines[i]).substr(tab + 1))));
  }
  return builder.finish();
}

/// The lines of a file; with names in front, an empty sentence keeps its tab.
std::vector<std::string> read_for(DocumentFormat format, const std::string& file) {
  return format == DocumentFormat::kIdTsv ? read_lines(file) : read_trimmed(file);
}

DocumentText parse(const std::vector<std::string>& lines, const std::string& file,
                   DocumentFormat format) {
  switch (format) {
    case DocumentFormat::kBlankLine:
      return parse_blank_lines(lines, file);
    case DocumentFormat::kDTag:
      return parse_d_tags(lines, file);
    case DocumentFormat::kIdTsv:
      return parse_id_column(lines, file);
  }
  return {};
}

void drop_blank_end(std::vector<std::string>& lines, size_t least) {
  while (lines.size() > least && lines.back().empty()) lines.pop_back();
}

/// Whether `lines` stand where the lines of `reference` do: blank wherever those are.
bool mirrors(const std::vector<std::string>& lines, const std::vector<std::string>& reference) {
  return std::equal(lines.begin(), lines.end(), reference.begin(), reference.end(),
                    [](const std::string& line, const std::string& original) {
                      return !original.empty() || line.empty();
                    });
}

/// `lines` as documents like those of `reference`, whose lines they mirror.
DocumentText like(const DocumentText& reference, const std::vector<std::string>& lines,
                  const std::vector<std::string>& reference_lines, const std::string& file) {
  DocumentText mirrored{file, {}, reference.documents, reference.ids};
  for (size_t i = 0; i < lines.size(); ++i)
    if (!reference_lines[i].empty()) mirrored.sentences.push_back(lines[i]);
  return mirrored;
}

void check_reference(const DocumentText& reference) {
  if (reference.sentences.empty()) throw Error(FilePosition{reference.name}, "there is no text");
  for (size_t i = 0; i < reference.documents.size(); ++i) {
    if (reference.documents[i].size() == 0) {
      throw Error(FilePosition{reference.name},
                  text("document ", reference.ids[i], " is empty: nothing to compare with"),
                  "Remove its mark here and in the translation.");
    }
  }
}

void check_correspondence(const DocumentText& reference, const DocumentText& other) {
  const std::string remedy = "Both files need the same documents in the same order.";
  if (reference.documents.size() != other.documents.size()) {
    throw Error(FilePosition{other.name},
                text("there are ", other.documents.size(), " documents, but ",
                     reference.documents.size(), " in ", reference.name),
                remedy);
  }
  for (size_t i = 0; i < reference.ids.size(); ++i) {
    if (reference.ids[i] == other.ids[i]) continue;
    throw Error(line_of(other.name, other.documents[i].first),
                text("document '", other.ids[i], "' stands where ", reference.name, " has '",
                     reference.ids[i], "'"),
                remedy);
  }
}

std::vector<std::string> read_binary_ids(const std::string& file) {
  const std::string bytes = read_bytes(file);
  if (bytes.size() % kDocumentIdBytes != 0) {
    throw Error(FilePosition{file},
                text("a .docid file holds 8 bytes a sentence, but this has ", bytes.size()),
                "Call it .docid.txt if it is text with an id a line.");
  }
  std::vector<std::string> ids;
  ids.reserve(bytes.size() / kDocumentIdBytes);
  for (size_t start = 0; start < bytes.size(); start += kDocumentIdBytes) {
    DocumentIdBytes number{};
    bytes.copy(number.data(), number.size(), start);
    ids.push_back(std::to_string(decode_document_id(number)));
  }
  return ids;
}

/// The id of each of `expected` sentences, which are those of `text_file`.
std::vector<std::string> read_ids(const std::string& file, size_t expected,
                                  const std::string& text_file) {
  std::vector<std::string> ids = has_binary_ids(file) ? read_binary_ids(file) : read_trimmed(file);
  if (ids.size() != expected) {
    throw Error(
        FilePosition{file},
        text("there are ", ids.size(), " ids for the ", expected, " sentences of ", text_file),
        "Give one id for each sentence.");
  }
  return ids;
}

}  // namespace

DocumentSet read_documents(const DocumentFiles& files, DocumentFormat format) {
  std::vector<std::string> reference_lines = read_for(format, files.reference);
  if (format == DocumentFormat::kBlankLine) drop_blank_end(reference_lines, 0);
  DocumentSet set;
  set.reference = parse(reference_lines, files.reference, format);
  check_reference(set.reference);
  const auto read = [&](const std::string& file) {
    std::vector<std::string> lines = read_for(format, file);
    bool is_mirror = false;
    if (format == DocumentFormat::kBlankLine) {
      drop_blank_end(lines, reference_lines.size());  // an empty last sentence stays
      is_mirror = mirrors(lines, reference_lines);
    }
    DocumentText text =
        is_mirror ? like(set.reference, lines, reference_lines, file) : parse(lines, file, format);
    check_correspondence(set.reference, text);
    return text;
  };
  set.hypothesis = read(files.hypothesis);
  for (const std::string& file : files.more_references) set.more_references.push_back(read(file));
  return set;
}

DocumentSet read_documents(const DocumentFiles& files, const std::string& id_file) {
  std::vector<std::string> reference = read_trimmed(files.reference);
  const std::vector<std::string> ids = read_ids(id_file, reference.size(), files.reference);
  DocumentBuilder builder(files.reference);
  IdGroups groups(id_file);
  for (size_t i = 0; i < reference.size(); ++i) {
    if (groups.begins(ids[i], line_number(i))) builder.begin(ids[i]);
    builder.add(std::move(reference[i]));
  }
  DocumentSet set{builder.finish(), {}};
  check_reference(set.reference);
  const auto read = [&](const std::string& file) {
    DocumentText text{file, read_trimmed(file), set.reference.documents, set.reference.ids};
    if (text.sentences.size() != ids.size()) {
      throw Error(FilePosition{file},
                  nmt::text("there are ", text.sentences.size(), " lines, but ", ids.size(), " in ",
                            files.reference),
                  "With --ids all need the same lines; otherwise mark the documents in the files.");
    }
    return text;
  };
  set.hypothesis = read(files.hypothesis);
  for (const std::string& file : files.more_references) set.more_references.push_back(read(file));
  return set;
}

std::vector<LineRange> read_instances(const std::string& id_file, const DocumentText& reference) {
  const std::vector<std::string> ids =
      read_ids(id_file, reference.sentences.size(), reference.name);
  std::vector<LineRange> instances;
  IdGroups groups(id_file);
  for (size_t document = 0; document < reference.documents.size(); ++document) {
    const LineRange& range = reference.documents[document];
    for (size_t i = range.first; i < range.last; ++i) {
      const bool begins = groups.begins(ids[i], line_number(i));
      if (!begins && i == range.first) {
        throw Error(line_of(id_file, i),
                    text("instance '", ids[i], "' crosses the end of document ",
                         reference.ids[document - 1]),
                    "Instances are parts of one document; number them through the whole file.");
      }
      if (begins) instances.push_back({i, i});
      ++instances.back().last;
    }
  }
  return instances;
}

}  // namespace nmt::scoring
