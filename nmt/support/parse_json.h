#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

namespace nmt {

/// Parses JSON. A number beyond int64 becomes null: where a whole number is read, nlohmann::json
/// would convert it with undefined result, and null it refuses as it does any other type. Throws
/// nlohmann::json::parse_error.
nlohmann::json parse_json(std::string_view text);

/// The same, but what is no JSON gives a value for which is_discarded() is true.
nlohmann::json try_parse_json(std::string_view text);

}  // namespace nmt
