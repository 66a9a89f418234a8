#include "nmt/options/yaml_reader.h"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <sstream>

#include "nmt/options/option_value.h"

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

/// YAML is text: says where bytes are not.
void check_text(const std::string& yaml, const std::string& file) {
  std::istringstream lines(yaml);
  std::string line;
  for (long number = 1; std::getline(lines, line); ++number) {
    if (!is_utf8(line)) {
      throw UsageError(FilePosition{file, number}, "this line is not valid UTF-8",
                       "Save the file as UTF-8.");
    }
    if (line.find('\0') != std::string::npos) {
      throw UsageError(FilePosition{file, number}, "this line holds a NUL byte",
                       "Is this a recipe in YAML?");
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
  std::vector<YAML::Node> documents;
  try {
    documents = YAML::LoadAll(yaml);
  } catch (const YAML::Exception& error) {
    const long line = error.mark.is_null() ? 0 : error.mark.line + 1;
    throw UsageError(FilePosition{file, line}, "not valid YAML: " + error.msg);
  }
  if (documents.empty() || (documents.size() == 1 && documents[0].IsNull())) return {};
  if (documents.size() > 1) {
    const YAML::Mark mark = documents[1].Mark();
    throw UsageError(FilePosition{file, mark.is_null() ? 0 : mark.line + 1},
                     "a recipe is one YAML document; a second one begins here");
  }
  if (!documents[0].IsMap()) {
    throw UsageError(FilePosition{file, documents[0].Mark().line + 1},
                     "a recipe consists of lines 'option: value' or 'group:' with options below");
  }
  Flattener flattener(file);
  flattener.read_map(documents[0], "", 1);
  return flattener.take();
}

}  // namespace nmt
