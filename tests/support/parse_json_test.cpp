#include "nmt/support/parse_json.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>

namespace nmt {
namespace {

TEST(ParseJson, KeepsEveryNumberThatInt64Holds) {
  const auto numbers = parse_json("[9223372036854775807, -9223372036854775808, 1.5, 9.2e18, 0]");
  EXPECT_EQ(numbers[0].get<int64_t>(), std::numeric_limits<int64_t>::max());
  EXPECT_EQ(numbers[1].get<int64_t>(), std::numeric_limits<int64_t>::min());
  EXPECT_EQ(numbers[2].get<double>(), 1.5);
  EXPECT_EQ(numbers[3].get<int64_t>(), 9'200'000'000'000'000'000);
  EXPECT_EQ(numbers[4].get<int64_t>(), 0);
}

// nlohmann::json's own conversion of these is undefined.
TEST(ParseJson, RefusesLargerOnesWhereANumberIsRead) {
  for (const char* number : {"2044444444444444444444", "-1e19", "9.3e18", "1e308"}) {
    const auto document = parse_json(std::string(R"({"update": )") + number + "}");
    EXPECT_THROW(document.at("update").get<int64_t>(), nlohmann::json::exception) << number;
  }
}

TEST(ParseJson, SaysWhetherItIsJson) {
  EXPECT_THROW(parse_json("{"), nlohmann::json::parse_error);
  EXPECT_TRUE(try_parse_json("{").is_discarded());
  EXPECT_EQ(try_parse_json("[1]").size(), 1u);
}

}  // namespace
}  // namespace nmt
