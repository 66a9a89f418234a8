#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace nmt {

enum class JsonCharacters {
  kAll,
  kAscii  ///< all others escaped
};

/// JSON as text: on one line, or with `indent` blanks a level. A text need not be UTF-8, since the
/// names of files are any bytes: what is not is replaced by U+FFFD, where nlohmann's dump() throws.
std::string dump_json(const nlohmann::json& value, int indent = -1,
                      JsonCharacters characters = JsonCharacters::kAll);
std::string dump_json(const nlohmann::ordered_json& value, int indent = -1,
                      JsonCharacters characters = JsonCharacters::kAll);

}  // namespace nmt
