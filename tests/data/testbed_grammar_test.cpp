#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <string>

#include "data/testbed/grammar.h"
#include "nmt/support/atomic_file.h"
#include "tests/message_of.h"

// Mistakes in grammar files are reported with file, line and what is known.

namespace nmt::testbed {
namespace {

using testing::AllOf;
using testing::HasSubstr;

/// A copy of the grammar in which tests damage one place.
class TestbedGrammar : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = (std::filesystem::temp_directory_path() /
               ("nmt_testbed_grammar_" + std::to_string(getpid())))
                  .string();
    std::filesystem::remove_all(folder_);
    std::filesystem::copy(default_grammar_folder(), folder_,
                          std::filesystem::copy_options::recursive);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  /// Replaces the first `before` in `file`, and returns "file:LINE" of that place and the error
  /// that reading then gives.
  std::pair<std::string, std::string> damage(const std::string& file, const std::string& before,
                                             const std::string& after) {
    const std::string path = folder_ + "/" + file;
    std::string text = read_file(path);
    const size_t at = text.find(before);
    EXPECT_NE(at, std::string::npos) << before;
    const auto line =
        1 + std::count(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(at), '\n');
    write_file(path, text.replace(at, before.size(), after));
    try {
      const Grammar grammar(folder_, {"en", "de", "fr", "es"});
    } catch (const Error& e) {
      return {path + ":" + std::to_string(line), e.what()};
    }
    return {"", "no error"};
  }

  std::string folder_;
};

TEST_F(TestbedGrammar, TheShippedGrammarIsRead) {
  const Grammar grammar(folder_, {"en", "de", "fr", "es"});
  EXPECT_GT(grammar.concepts.size(), 250U);
  EXPECT_GT(grammar.templates.size(), 60U);
  std::set<std::string> idioms;
  for (const auto& entry : grammar.concepts)
    if (entry->in_class("multi_word")) idioms.insert(entry->id);
  EXPECT_GE(idioms.size(), 15U);
}

TEST_F(TestbedGrammar, EveryTopicClassCoversAllCombinationsOfGenders) {
  const Grammar grammar(folder_, {"en", "de", "fr", "es"});
  for (const SentenceTemplate& sentence : grammar.templates)
    for (const auto& [slot, rule] : sentence.slots)
      if (rule.kind == SlotRule::Kind::kTopic) {
        EXPECT_EQ(rule.cells.size(), 12U) << sentence.id;
      }
}

TEST_F(TestbedGrammar, NamesALexiconEntryWithoutAWord) {
  const auto [place, error] = damage("lexicon/nouns.yaml", "fr: m miroir, ", "");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'mirror'"), HasSubstr("'fr'")));
}

TEST_F(TestbedGrammar, NamesANounWithoutGender) {
  const auto [place, error] = damage("lexicon/nouns.yaml", "es: m espejo", "es: espejo");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("GENDER"), HasSubstr("espejo")));
}

TEST_F(TestbedGrammar, NamesAVerbThatNoRuleConjugates) {
  const auto [place, error] =
      damage("lexicon/words.yaml", "de: kaufen/kauft/gekauft", "de: kaufen/kauft");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("kaufen")));
}

TEST_F(TestbedGrammar, NamesAnUnknownSlot) {
  const auto [place, error] =
      damage("sentences/home.yaml", "de: \"{t} waren {who.full}", "de: \"{t} waren {whom.full}");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'whom'"), HasSubstr("German")));
}

TEST_F(TestbedGrammar, NamesAnUnknownOperation) {
  const auto [place, error] =
      damage("sentences/home.yaml", "es: \"{t} {who.full}", "es: \"{t} {who.fulll}");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'fulll'")));
}

TEST_F(TestbedGrammar, NamesASlotThatALanguageLeavesOut) {
  const auto [place, error] =
      damage("sentences/home.yaml", "en: \"{t} {who.full} were", "en: \"{who.full} were");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'t'"), HasSubstr("not used in English")));
}

TEST_F(TestbedGrammar, NamesAnEmptyClass) {
  const auto [place, error] =
      damage("sentences/tech.yaml", "{phrase: tech_goal}", "{phrase: tech_gaol}");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'tech_gaol'")));
}

TEST_F(TestbedGrammar, NamesBadYaml) {
  const auto [place, error] = damage("sentences/tech.yaml", "role: opening", "role: [opening");
  EXPECT_THAT(error, AllOf(HasSubstr("sentences/tech.yaml:"), HasSubstr("not valid YAML")));
}

TEST_F(TestbedGrammar, NamesUnbalancedBrackets) {
  const auto [place, error] =
      damage("sentences/shared.yaml", "[idiom: aux anges]", "[idiom: aux anges");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("']'")));
}

TEST_F(TestbedGrammar, NamesAnUnknownKeyOfALanguage) {
  const auto [place, error] = damage("fr.yaml", "vowels:", "vowel:");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'vowel'"), HasSubstr("vowels")));
}

TEST_F(TestbedGrammar, NamesANumberThatIsNone) {
  const std::string before = "weight: 2";
  for (const std::string after : {"x", "0", "-1", "2x", "99999999999999999999", "''"}) {
    const auto [place, error] = damage("sentences/home.yaml", before, "weight: " + after);
    EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("whole number from 1"))) << after;
    damage("sentences/home.yaml", "weight: " + after, before);
  }
  const auto [place, error] = damage("sentences/tech.yaml", "adj_percent: 75", "adj_percent: many");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("'many' is not a whole number")));
}

TEST_F(TestbedGrammar, NamesNamesOfOneGenderOnly) {
  const std::string both =
      "Anna: f, Maria: f, Julia: f, Laura: f, Sofia: f, Clara: f, Nora: f, "
      "Eva: f, ";
  const auto [place, error] = damage("lexicon/words.yaml", both, "");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("no names of both")));
}

TEST_F(TestbedGrammar, NamesMissingNames) {
  const auto [place, error] = damage("lexicon/words.yaml", "names: {", "nouns: []  # {");
  EXPECT_THAT(error, AllOf(HasSubstr("words.yaml"), HasSubstr("there are no names")));
}

TEST_F(TestbedGrammar, NamesANameWithoutGender) {
  const auto [place, error] = damage("lexicon/words.yaml", "Anna: f", "Anna: n");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("f or m")));
}

TEST_F(TestbedGrammar, NamesAnIntroductionOfNothing) {
  const auto [place, error] = damage("sentences/home.yaml", "it: {topic: object, det: indef",
                                     "it: {noun: object, det: indef");
  EXPECT_THAT(error, AllOf(HasSubstr(place), HasSubstr("intro needs a topic")));
}

TEST_F(TestbedGrammar, NamesMissingPlans) {
  write_file(folder_ + "/documents.yaml", "[]\n");
  EXPECT_THAT(message_of([&] {
                Grammar(folder_, {"en", "de"});
              }),
              AllOf(HasSubstr("documents.yaml:1"), HasSubstr("there is no plan")));
  write_file(folder_ + "/documents.yaml", "- {domain: home, steps: []}\n");
  EXPECT_THAT(message_of([&] {
                Grammar(folder_, {"en", "de"});
              }),
              AllOf(HasSubstr("documents.yaml:1"), HasSubstr("at least one step")));
}

TEST_F(TestbedGrammar, NamesAMissingFolder) {
  EXPECT_THROW(Grammar("/nowhere", {"en", "de"}), Error);
}

}  // namespace
}  // namespace nmt::testbed
