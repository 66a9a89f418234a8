#include "nmt/scoring/off_target.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "nmt/scoring/off_target_report.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

/// Takes the first word of a sentence for its language; "?" is undecided.
class FirstWordIdentifier : public LanguageIdentifier {
 public:
  std::string identify(const std::string& sentence) const override {
    const std::string word = sentence.substr(0, sentence.find(' '));
    return word == "?" ? "" : word;
  }
  bool knows(const std::string& language) const override { return language.size() == 2; }
  std::string name() const override { return "first word"; }
};

// Direction it-de.
const Lines kHypotheses = {"de ist hier gut",     // on target
                           "it qui va bene",      // source language
                           "en is well here",     // English
                           "nl is hier goed",     // another
                           "fr uno due tre X",    // a copy: 4 of 5 words
                           "fr uno uno due tre",  // no copy: the source has "uno" once, 3 of 5
                           "de ja",               // short
                           "? was ist das",       // undecided
                           "en with a reference in English",
                           "",
                           "de 1 2 3 4"};
const Lines kReferences = {"de a b", "de a b", "de a b",    "? a b",  "de a b", "de a b",
                           "de a b", "de a b", "en or not", "de a b", "de a b"};
const Lines kSources = {"x",         "y", "z", "z", "Uno due tre FR quattro", "uno due tre", "x",
                        "? was ist", "x", "x", "x"};

std::vector<std::string> verdicts(const OffTargetReport& report) {
  std::vector<std::string> names;
  for (const LineVerdict& line : report.lines()) names.push_back(to_string(line.verdict));
  return names;
}

TEST(OffTarget, WorkedExample) {
  const auto report =
      find_off_target({"it", "de", kHypotheses, kReferences, kSources}, FirstWordIdentifier());
  EXPECT_THAT(verdicts(report), ElementsAre("on-target", "source-language", "english",
                                            "other-language", "copy", "other-language", "short",
                                            "undecided", "unclear-reference", "short", "short"));
  EXPECT_EQ(report.judged(), 6U);
  EXPECT_EQ(report.off_target(), 5U);
  EXPECT_DOUBLE_EQ(report.rate().value(), 500.0 / 6);
  EXPECT_DOUBLE_EQ(report.reference_accuracy().value(), 900.0 / 10);  // one is undecided
  EXPECT_THAT(report.wrong_languages(), ElementsAre(std::pair("en", 1U), std::pair("fr", 2U),
                                                    std::pair("it", 1U), std::pair("nl", 1U)));
}

TEST(OffTarget, WorksWithoutReferencesAndSources) {
  const auto report = find_off_target({"it", "de", kHypotheses}, FirstWordIdentifier());
  EXPECT_EQ(report.count(Verdict::kUnclearReference), 0U);
  EXPECT_EQ(report.count(Verdict::kCopy), 0U);
  EXPECT_EQ(report.count(Verdict::kOtherLanguage), 3U);
  EXPECT_FALSE(report.reference_accuracy());
}

TEST(OffTarget, EnglishSourceIsTheSourceLanguage) {
  const Lines english = {"en is it so"};
  EXPECT_EQ(find_off_target({"en", "de", english}, FirstWordIdentifier()).lines()[0].verdict,
            Verdict::kSourceLanguage);
}

TEST(OffTarget, HasNoRateWhereNothingIsJudged) {
  const Lines lines = {"", "?"};
  EXPECT_FALSE(find_off_target({"it", "de", lines}, FirstWordIdentifier()).rate());
  EXPECT_EQ(find_off_target({"it", "de", lines}, FirstWordIdentifier(), {.least_words = 0})
                .count(Verdict::kUndecided),
            2U);
}

TEST(OffTarget, RefusesWhatDoesNotFit) {
  const FirstWordIdentifier identifier;
  const Lines none;
  const Lines one = {"de a b"};
  const Lines two = {"de a b", "de a b"};
  EXPECT_THROW(find_off_target({"it", "de", none}, identifier), Error);
  EXPECT_THROW(find_off_target({"it", "de", two, one}, identifier), Error);
  EXPECT_THROW(find_off_target({"it", "de", two, none}, identifier), Error);
  EXPECT_THROW(find_off_target({"it", "de", two, two, one}, identifier), Error);
  EXPECT_THROW(find_off_target({"it", "deutsch", one}, identifier), Error);
  EXPECT_THROW(find_off_target({"italiano", "de", one}, identifier), Error);
}

TEST(OffTargetReport, PrintsEveryCountAndTheMean) {
  const FirstWordIdentifier identifier;
  const Lines right = {"de a b c", "de a b c"};
  const std::vector<DirectionOffTarget> directions = {
      {"it-de", find_off_target({"it", "de", kHypotheses, kReferences, kSources}, identifier), {}},
      {"fr-de", find_off_target({"fr", "de", right}, identifier), {}}};
  const std::string text = to_text(directions, identifier.name());
  EXPECT_THAT(text,
              HasSubstr("it-de          83.3 %          1       1        1      2     1      3  "
                        "        1        1    90.0 %     -\n"));
  EXPECT_THAT(text, HasSubstr("mean           41.7 %\n"));
  EXPECT_THAT(text, HasSubstr("wrong languages in it-de: fr 2, en 1, it 1, nl 1\n"));
  EXPECT_THAT(text, HasSubstr("identified by first word\n"));
  const auto json = nlohmann::json::parse(to_json(directions, identifier.name()));
  EXPECT_DOUBLE_EQ(json["mean_off_target"], 250.0 / 6);
  EXPECT_EQ(json["directions"][0]["counts"]["short"], 3);
  EXPECT_EQ(json["directions"][0]["judged"], 6);
  EXPECT_TRUE(json["directions"][1]["reference_accuracy"].is_null());
  EXPECT_THAT(list_verdicts(directions[0]), HasSubstr("it-de\t2\tsource-language\tit\n"));
}

}  // namespace
}  // namespace nmt::scoring
