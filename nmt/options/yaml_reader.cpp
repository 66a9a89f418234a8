#include "nmt/options/yaml_reader.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "nmt/options/option_value.h"
#include "nmt/support/utf8.h"

namespace nmt {
namespace {

// Aliases can make a small file describe a huge or endless tree.
constexpr int kDeepest = 16;
constexpr size_t kMostEntries = 100'000;

class Flattener {
 public:
  explicit Flattener(const std::string& file) : file_(file) {}

  void read_map(const YAML::Node& map, const std::string& prefix, int depth) {
    std::map<std::string, long> lines;
    for (const auto& item : map) {
      const long line = line_of(item.first, 0);
      if (!item.first.IsScalar() || item.first.Scalar().empty()) {
        throw UsageError(FilePosition{file_, line}, "the name of an option must be a plain word");
      }
      const std::string& name = item.first.Scalar();
      const auto [earlier, is_new] = lines.emplace(name, line);
      if (!is_new) {
        throw UsageError(
            FilePosition{file_, line},
            text("'", prefix, name, "' is given twice; first in line ", earlier->second));
      }
      read_value(item.second, prefix + name, line, depth);
    }
  }

  std::vector<YamlEntry> take() { return std::move(entries_); }

 private:
  void read_value(const YAML::Node& node, const std::string& key, long line, int depth) {
    if (node.IsMap() && node.size() > 0) {
      if (depth == kDeepest)
        throw UsageError(FilePosition{file_, line}, "'" + key + "' is nested too deeply");
      read_map(node, key + ".", depth + 1);
      return;
    }
    YamlEntry entry{key, YamlEntry::Kind::kScalar, {}, {file_, line}};
    if (node.IsScalar()) {
      entry.elements.push_back(node.Scalar());
    } else if (node.IsSequence()) {
      entry.kind = YamlEntry::Kind::kList;
      for (const auto& element : node) {
        if (!element.IsScalar()) {
          throw UsageError(FilePosition{file_, line_of(element, line)},
                           key + " is a list of values; this element is not a single value");
        }
        entry.elements.push_back(element.Scalar());
      }
    } else {
      entry.kind = YamlEntry::Kind::kNothing;
    }
    if (entries_.size() == kMostEntries)
      throw UsageError(FilePosition{file_, line}, "too many options");
    entries_.push_back(std::move(entry));
  }

  /// 1-based line of a node, or `fallback` for one that stands nowhere (an implied null).
  static long line_of(const YAML::Node& node, long fallback) {
    const YAML::Mark mark = node.Mark();
    return mark.is_null() ? fallback : mark.line + 1;
  }

  const std::string& file_;
  std::vector<YamlEntry> entries_;
};

/// Remembers where the latest document began, and nothing of what is in it.
class DocumentFinder : public YAML::EventHandler {
 public:
  long line() const { return line_; }
  void OnDocumentStart(const YAML::Mark& mark) override { line_ = mark.line + 1; }
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {}
  void OnSequenceEnd() override {}
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {}
  void OnMapEnd() override {}

 private:
  long line_ = 0;
};

/// The first line after the first document, or 0 when nothing follows. (YAML::LoadAll never ends on
/// some broken files: it takes what it cannot read for one more empty document, again and again.)
long find_second_document(const std::string& yaml) {
  std::istringstream in(yaml);
  YAML::Parser parser(in);
  DocumentFinder finder;
  parser.HandleNextDocument(finder);
  return parser.HandleNextDocument(finder) ? finder.line() : 0;
}

/// YAML is text: says where bytes are not.
void check_text(const std::string& yaml, const std::string& file) {
  std::istringstream lines(yaml);
  std::string line;
  for (long number = 1; std::getline(lines, line); ++number) {
    if (line.find('\0') != std::string::npos) {
      throw UsageError(FilePosition{file, number}, "this line holds a NUL byte",
                       "Is this a recipe in YAML?");
    }
    if (find_invalid_utf8(line)) {
      throw UsageError(FilePosition{file, number}, "this line is not valid UTF-8",
                       "Save the file as UTF-8.");
    }
  }
}

}  // namespace

std::string read_yaml_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw UsageError("cannot open '" + file + "'", "Check the path of the recipe.");
  std::ostringstream bytes;
  bytes << in.rdbuf();
  if (in.bad() || bytes.fail()) {
    // An empty file sets failbit as well, and a folder opens but does not read.
    if (in.peek() != std::ifstream::traits_type::eof() || in.bad()) {
      throw UsageError("cannot read '" + file + "'", "Is it a file?");
    }
  }
  return std::move(bytes).str();
}

std::vector<YamlEntry> parse_yaml(const std::string& yaml, const std::string& file) {
  check_text(yaml, file);
  YAML::Node document;
  long second = 0;
  try {
    document = YAML::Load(yaml);
    second = find_second_document(yaml);
  } catch (const YAML::Exception& error) {
    const long line = error.mark.is_null() ? 0 : error.mark.line + 1;
    throw UsageError(FilePosition{file, line}, "not valid YAML: " + error.msg);
  }
  if (second > 0) {
    throw UsageError(FilePosition{file, second},
                     "a recipe is one YAML document; what begins here does not belong to it");
  }
  if (document.IsNull()) return {};
  if (!document.IsMap()) {
    throw UsageError(FilePosition{file, document.Mark().line + 1},
                     "a recipe consists of lines 'option: value' or 'group:' with options below");
  }
  Flattener flattener(file);
  flattener.read_map(document, "", 1);
  return flattener.take();
}

}  // namespace nmt
