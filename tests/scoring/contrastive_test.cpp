#include "nmt/scoring/contrastive.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt::scoring {
namespace {

using ::testing::HasSubstr;

class ContrastiveTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }
  std::vector<ContrastiveItem> read(const std::string& json) const {
    return read_contrastive_items(write("items.json", json));
  }

  TemporaryFolder folder_;
};

// In ContraPro's format; fields that are not used are left out here and there.
constexpr const char* kItems = R"([
 {"document id": "d1", "segment id": 7, "src pronoun": "it", "ref pronoun": "er", "ante distance": 1,
  "intrasegmental": false, "errors": [{"contrastive": "Sie …"}, {"contrastive": "Es …"}]},
 {"src pronoun": "it", "ref pronoun": "es", "ante distance": 0, "intrasegmental": true,
  "errors": [{"contrastive": "Er …"}]},
 {"src pronoun": "it", "ref pronoun": "er", "ante distance": 12, "intrasegmental": false,
  "errors": [{"contrastive": "Sie …"}]},
 {"src pronoun": "it", "ref pronoun": "er", "ante distance": 4, "intrasegmental": false,
  "errors": [{}, {}, {}]}
])";

TEST_F(ContrastiveTest, WorkedExample) {
  const auto items = read(kItems);
  const std::vector<double> scores = {-1,   -2,   -3,          // right
                                      -5,   -4,                // wrong
                                      -2.5, -2.5,              // a tie is wrong
                                      -1,   -3,   -2, -1.25};  // right
  const ContrastiveReport report = score_contrastive(items, scores);
  EXPECT_EQ(report.all.correct, 2U);
  EXPECT_EQ(report.all.ties, 1U);
  EXPECT_EQ(report.all.total, 4U);
  EXPECT_EQ(report.all.percent(), 50);
  std::vector<std::string> lines;
  for (const auto& [property, value, accuracy] : report.groups)
    lines.push_back(text(property, " ", value, " ", accuracy.correct, "/", accuracy.total));
  EXPECT_THAT(
      lines, testing::ElementsAre("pronouns it:er 2/3", "pronouns it:es 0/1",
                                  "antecedent distance 0 0/1", "antecedent distance 1 1/1",
                                  "antecedent distance >3 1/2", "antecedent in another segment 2/3",
                                  "antecedent in the same segment 0/1"));
  EXPECT_THAT(to_text(report),
              HasSubstr("contrastive accuracy                     50.0 % (2 of 4)\n"));
  EXPECT_THAT(to_text(report), HasSubstr("ties, counted as wrong: 1\n"));
  const auto json = nlohmann::json::parse(to_json(report));
  EXPECT_EQ(json["accuracy"], 50.0);
  EXPECT_EQ(json["groups"][0]["value"], "it:er");
  EXPECT_EQ(json["groups"][0]["correct"], 2);
}

TEST_F(ContrastiveTest, CountsAsPythonDoes) {
  std::ifstream in(std::string(NMT_SOURCE_DIR) + "/tests/scoring/golden/contrastive.json");
  const auto golden = nlohmann::json::parse(in);
  const auto report =
      score_contrastive(read(golden["items"].dump()), golden["scores"].get<std::vector<double>>());
  std::map<std::string, ContrastiveAccuracy> ours = {{"all", report.all}};
  for (const auto& [property, value, accuracy] : report.groups)
    ours[text(property, " ", value)] = accuracy;
  ASSERT_EQ(ours.size(), golden["counts"].size());
  for (const auto& [group, counts] : golden["counts"].items()) {
    EXPECT_EQ(ours[group].correct, counts["correct"]) << group;
    EXPECT_EQ(ours[group].ties, counts["ties"]) << group;
    EXPECT_EQ(ours[group].total, counts["total"]) << group;
  }
}

TEST_F(ContrastiveTest, ImpossibleTranslationsAreNotRight) {
  const double impossible = -std::numeric_limits<double>::infinity();
  const auto items = read(R"([{"errors": [{}]}])");
  EXPECT_EQ(score_contrastive(items, std::vector<double>{impossible, impossible}).all.ties, 1U);
  EXPECT_EQ(score_contrastive(items, std::vector<double>{-9, impossible}).all.correct, 1U);
  EXPECT_TRUE(score_contrastive(items, std::vector<double>{-9, -8}).groups.empty());
}

TEST_F(ContrastiveTest, RefusesAnotherNumberOfScores) {
  const auto items = read(kItems);
  EXPECT_THAT(message_of([&] { score_contrastive(items, std::vector<double>(10, 0.0)); }),
              HasSubstr("there are 10 scores for 11 translations of 4 items"));
}

TEST_F(ContrastiveTest, NamesTheItemAtFault) {
  const auto fails = [&](const std::string& json) { return message_of([&] { read(json); }); };
  EXPECT_THAT(fails("{"), HasSubstr("items.json:1: this is not JSON"));
  EXPECT_THAT(fails("[{},\n{,\n}]"), HasSubstr("items.json:2: this is not JSON"));
  EXPECT_THAT(fails("{}"), HasSubstr("there is no list of items"));
  EXPECT_THAT(fails("[]"), HasSubstr("there is no list of items"));
  EXPECT_THAT(fails(R"([{"errors": [1]}, 3])"), HasSubstr("item 2 is not an object"));
  EXPECT_THAT(fails(R"([{"errors": []}])"), HasSubstr("item 1 has no wrong translations"));
  EXPECT_THAT(fails(R"([{"errors": [1], "ante distance": "far"}])"),
              HasSubstr("item 1 has a \"ante distance\" of the wrong type: \"far\""));
  EXPECT_THAT(fails(R"([{"errors": [1], "ante distance": -1}])"), HasSubstr("negative"));
  EXPECT_THAT(fails(R"([{"errors": [1], "src pronoun": 1, "ref pronoun": "x"}])"),
              HasSubstr("\"src pronoun\" of the wrong type"));
}

TEST_F(ContrastiveTest, ReadsNumbers) {
  EXPECT_EQ(read_numbers(write("n", "-1.5\n 2e-3 \r\n-inf\n")),
            (std::vector<double>{-1.5, 0.002, -std::numeric_limits<double>::infinity()}));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", "1\nx\n")); }),
              HasSubstr("n:2: 'x' is not a number"));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", std::string("x\0y", 3))); }),
              HasSubstr("n:1: 'x�y' is not a number\n"));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", std::string(100000, '1') + "x")); }),
              HasSubstr("11…' is not a number\n"));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", "nan\n")); }), HasSubstr("n:1:"));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", "1 2\n")); }), HasSubstr("n:1:"));
  EXPECT_THAT(message_of([&] { read_numbers(write("n", "\n")); }), HasSubstr("n:1:"));
}

}  // namespace
}  // namespace nmt::scoring
