#include "nmt/support/dump_json.h"

#include <nlohmann/json.hpp>

namespace nmt {
namespace {

std::string dump(const auto& value, int indent, JsonCharacters characters) {
  return value.dump(indent, ' ', characters == JsonCharacters::kAscii,
                    nlohmann::json::error_handler_t::replace);
}

}  // namespace

std::string dump_json(const nlohmann::json& value, int indent, JsonCharacters characters) {
  return dump(value, indent, characters);
}

std::string dump_json(const nlohmann::ordered_json& value, int indent, JsonCharacters characters) {
  return dump(value, indent, characters);
}

}  // namespace nmt
