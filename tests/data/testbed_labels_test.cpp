#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/testbed/labels.h"
#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt::testbed {
namespace {

using testing::HasSubstr;

Label pronoun() {
  return {1, "pronoun", "distance 1", {"sie"}, {"er", "es"}, 1};
}

TEST(TestbedLabels, MatchWholeWordsRegardlessOfCase) {
  EXPECT_TRUE(is_correct(pronoun(), "Sie war sehr alt."));
  EXPECT_FALSE(is_correct(pronoun(), "Siebzig Lampen."));
  EXPECT_FALSE(is_correct(pronoun(), ""));
}

TEST(TestbedLabels, RejectedWordsMakeItWrong) {
  EXPECT_FALSE(is_correct(pronoun(), "Sie hat es verkauft."));
  EXPECT_FALSE(is_correct(pronoun(), "Er hat sie verkauft."));
}

TEST(TestbedLabels, CountAsksForAsManyOccurrencesAsTheReferenceHas) {
  const Label label =
      make_label(1, "pronoun", "distance 2", "sie", {"ihn", "es"}, "Sie hat sie verkauft.");
  EXPECT_EQ(label.count, 2);
  EXPECT_TRUE(is_correct(label, "Sie hat sie verkauft."));
  EXPECT_FALSE(is_correct(label, "Sie hat verkauft."));
  EXPECT_FALSE(is_correct(label, "Sie hat ihn verkauft."));
}

TEST(TestbedLabels, WordsOfTheReferenceAreNeverRejected) {
  const Label label =
      make_label(1, "pronoun", "distance 1", "lo", {"la"}, "Lo vendió la semana pasada.");
  EXPECT_TRUE(label.reject.empty());
  EXPECT_TRUE(is_correct(label, "Lo vendió la semana pasada."));
  EXPECT_FALSE(is_correct(label, "La vendió la semana pasada."));
}

TEST(TestbedLabels, EllipsisStandsForAnyWords) {
  const Label label{1, "idiom", "throw_in_the_towel", {"wirft … das Handtuch"}, {}, 1};
  EXPECT_TRUE(is_correct(label, "Sie wirft heute das Handtuch."));
  EXPECT_TRUE(is_correct(label, "Sie wirft das Handtuch."));
  EXPECT_FALSE(is_correct(label, "Das Handtuch wirft sie."));
}

TEST(TestbedLabels, ApostrophesSeparateWords) {
  const Label label{1, "idiom", "", {"l'éponge"}, {}, 1};
  EXPECT_TRUE(is_correct(label, "Elle a jeté l'éponge."));
  EXPECT_TRUE(is_correct(label, "Elle a jeté l’éponge."));
}

TEST(TestbedLabels, AccuracyByPhenomenonAndDistance) {
  Label far = pronoun();
  far.line = 2;
  far.detail = "distance 3";
  const auto table = score_phenomena({pronoun(), far}, {"Sie war alt.", "Er war alt."});
  EXPECT_EQ(table.at("pronoun").correct, 1);
  EXPECT_EQ(table.at("pronoun").total, 2);
  EXPECT_EQ(table.at("pronoun, distance 1").percent(), 100);
  EXPECT_EQ(table.at("pronoun, distance 3").percent(), 0);
}

TEST(TestbedLabels, MissingHypothesesAreAnError) {
  Label label = pronoun();
  label.line = 2;
  EXPECT_THROW(score_phenomena({label}, {"Sie war alt."}), Error);
}

TEST(TestbedLabels, AreRefusedWithTheirFile) {
  const TemporaryFolder folder;
  const auto refusal = [](const std::string& file) {
    return message_of([&] { read_labels(file); });
  };
  EXPECT_THAT(refusal(folder.path()), HasSubstr(folder.path() + ": is a folder"));
  const std::string empty = folder.write("empty", "");
  EXPECT_THAT(refusal(empty), HasSubstr(empty + ": there are no labels"));
  const std::string bad = folder.write("bad", to_json(pronoun()) + "\n{\"line\":2}\n");
  EXPECT_THAT(refusal(bad), HasSubstr(bad + ":2: not a label"));
  Label label = pronoun();
  label.line = 0;
  const std::string zero = folder.write("zero", to_json(label) + "\n");
  EXPECT_THAT(refusal(zero), HasSubstr(zero + ":1: there is no line 0"));
}

}  // namespace
}  // namespace nmt::testbed
