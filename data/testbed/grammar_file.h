#pragma once

#include <yaml-cpp/yaml.h>

#include <string>
#include <utility>
#include <vector>

#include "nmt/support/error.h"

// Reading the grammar's YAML so that every mistake is reported with the file and line of the
// grammar's author.

namespace nmt::testbed {

/// A node of a grammar file together with the name of its file.
class GrammarNode {
 public:
  /// Loads `file`. Throws Error with file:line for bad YAML or a file that cannot be read.
  static GrammarNode load(const std::string& file);

  FilePosition position() const;
  /// Throws Error at this node.
  [[noreturn]] void fail(const std::string& what, const std::string& remedy = "") const;

  bool has(const std::string& key) const;
  /// The value of `key`, which must be there.
  GrammarNode at(const std::string& key) const;
  bool is_scalar() const { return node_.IsScalar(); }
  bool is_map() const { return node_.IsMap(); }

  std::string as_text() const;
  /// A whole number, refused outside of `least` to `most`.
  size_t as_number(size_t least, size_t most) const;
  /// A list of texts; a single scalar counts as a list of one.
  std::vector<std::string> as_texts() const;
  std::vector<GrammarNode> items() const;
  std::vector<std::pair<std::string, GrammarNode>> entries() const;
  /// Refuses keys that are not in `known`.
  void allow_keys(const std::vector<std::string>& known) const;

 private:
  GrammarNode(std::string file, const YAML::Node& node);
  std::string file_;
  YAML::Node node_;
};

/// Parts of `value` between occurrences of `separator`; always at least one.
std::vector<std::string> split(const std::string& value, char separator);

}  // namespace nmt::testbed
