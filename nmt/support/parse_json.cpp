#include "nmt/support/parse_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace nmt {
namespace {

using nlohmann::json;

json parse(std::string_view text, bool allow_exceptions) {
  const auto replace_large_numbers = [](int /*depth*/, json::parse_event_t event, json& parsed) {
    constexpr double kBeyond = 0x1p63;
    if (event == json::parse_event_t::value && parsed.is_number_float() &&
        !(std::abs(parsed.get<double>()) < kBeyond))
      parsed = nullptr;
    return true;
  };
  return json::parse(text, replace_large_numbers, allow_exceptions);
}

}  // namespace

json parse_json(std::string_view text) {
  return parse(text, /*allow_exceptions=*/true);
}

json try_parse_json(std::string_view text) {
  return parse(text, /*allow_exceptions=*/false);
}

}  // namespace nmt
