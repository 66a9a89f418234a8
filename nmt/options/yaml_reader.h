#pragma once

#include <string>
#include <vector>

#include "nmt/support/error.h"

// YAML as a flat list of assignments, each with the line it stands in.

namespace nmt {

struct YamlEntry {
  enum class Kind { kScalar, kList, kNothing };
  std::string key;  // nested maps joined by dots: "model.heads"
  Kind kind = Kind::kScalar;
  std::vector<std::string> elements;  // one for a scalar
  FilePosition where;                 // of the key
};

/// The bytes of a YAML file. Throws UsageError when it cannot be read.
std::string read_yaml_file(const std::string& file);

/// The assignments of one YAML document, in their order; none for an empty document. Nested maps
/// and dotted keys are the same thing. Throws UsageError with file:line for bad YAML and for what
/// an option cannot be (a list of lists, a key twice in a map, no map at the top). `file` is the
/// name printed in errors.
std::vector<YamlEntry> parse_yaml(const std::string& yaml, const std::string& file);

}  // namespace nmt
