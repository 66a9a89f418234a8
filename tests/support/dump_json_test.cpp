#include "nmt/support/dump_json.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace nmt {
namespace {

TEST(DumpJson, IsNlohmannsForText) {
  const nlohmann::ordered_json value = {{"b", "Ä"}, {"a", {1, 2.5, nullptr}}};
  EXPECT_EQ(dump_json(value), R"({"b":"Ä","a":[1,2.5,null]})");
  EXPECT_EQ(dump_json(value, 1), value.dump(1));
  EXPECT_EQ(dump_json(nlohmann::json("Ä"), -1, JsonCharacters::kAscii), R"("\u00c4")");
}

TEST(DumpJson, ReplacesWhatIsNotUtf8) {
  const nlohmann::json name = "a\xff.de";
  EXPECT_THROW(name.dump(), nlohmann::json::exception);
  EXPECT_EQ(dump_json(name), "\"a\uFFFD.de\"");
  EXPECT_EQ(dump_json(name, -1, JsonCharacters::kAscii), R"("a\ufffd.de")");
}

}  // namespace
}  // namespace nmt
