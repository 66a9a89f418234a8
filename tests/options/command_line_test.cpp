#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "table_for_tests.h"

namespace nmt::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::StartsWith;

/// A command: two bare words, a list, a switch and flags of one letter.
struct Command {
  std::string recipe, run, output;
  std::vector<std::string> models;
  bool check = false;
  int64_t number = 0, most_words = 0;
  OptionTable table;

  Command() {
    table.add("recipe", recipe, "the recipe").positional(0).hint("RECIPE").required();
    table.add("run", run, "the run").positional(1);
    table.add("output", output, "where to").short_flag('o').hint("FILE");
    table.add("models", models, "models");
    table.add("check", check, "check only").short_flag('c');
    table.add("data.number", number, "a number");
    table.add("data.max_words", most_words, "another number");
  }
  Command& read(const std::vector<std::string>& words) {
    table.read_command_line(words);
    table.apply();
    return *this;
  }
};

std::string error_of(const std::vector<std::string>& words) {
  return usage_error([&] { Command().read(words); });
}

TEST(CommandLine, ValuesFollowOrAreJoinedByEquals) {
  Fixture f;
  f.arguments({"--all.integer", "7", "--all.number=0.25", "--all.text=a=b",
               "--top=", "--all.colour", "blue"});
  EXPECT_EQ(f.options.integer, 7);
  EXPECT_EQ(f.options.number, 0.25);
  EXPECT_EQ(f.options.text, "a=b");
  EXPECT_EQ(f.options.top, "");
  EXPECT_TRUE(f.table.find("top")->is_set());
  EXPECT_EQ(f.options.colour, Colour::kBlue);
  EXPECT_EQ(f.table.find("all.integer")->origin(), "command line");
}

TEST(CommandLine, NegativeNumbersAndDashesAreValues) {
  Fixture f;
  f.arguments({"--all.number", "-0.5", "--all.integers", "-1", "-2", "--all.numbers", ".5",
               "--all.text", "-"});
  EXPECT_EQ(f.options.number, -0.5);
  EXPECT_THAT(f.options.integers, ElementsAre(-1, -2));
  EXPECT_EQ(f.options.text, "-");
  Fixture g;
  g.arguments({"--all.number", "-.5", "--all.text=--odd", "--top", ""});
  EXPECT_EQ(g.options.number, -0.5);
  EXPECT_EQ(g.options.text, "--odd");
  EXPECT_EQ(g.options.top, "");
}

TEST(CommandLine, HyphensStandForUnderscoresInFlags) {
  EXPECT_EQ(Command().read({"r", "--data.max_words", "3"}).most_words, 3);
  EXPECT_EQ(Command().read({"r", "--data.max-words", "-3"}).most_words, -3);
  EXPECT_EQ(Command().read({"r", "--data.max-words=4"}).most_words, 4);
  EXPECT_EQ(Command().read({"r", "--output=a-b_c"}).output, "a-b_c") << "values stay as they are";
  EXPECT_EQ(error_of({"r", "--data.max-wrods", "4"}),
            "command line: unknown flag '--data.max-wrods'\n  Did you mean --data.max_words?");
  EXPECT_EQ(error_of({"r", "--data.max-words", "4", "--data.max_words", "5"}),
            "command line: --data.max_words is given twice: '4' and '5'");
}

TEST(CommandLine, ListsTakeWordsUpToTheNextFlag) {
  Fixture f;
  f.arguments({"--all.texts", "x", "y z", "", "--all.integers", "5", "--all.numbers"});
  EXPECT_THAT(f.options.texts, ElementsAre("x", "y z", ""));
  EXPECT_THAT(f.options.integers, ElementsAre(5));
  EXPECT_THAT(f.options.numbers, ElementsAre()) << "no word at all is the empty list";
}

TEST(CommandLine, SwitchesStandBareOrTakeTrueAndFalseOnly) {
  EXPECT_TRUE(Command().read({"r", "--check"}).check);
  EXPECT_TRUE(Command().read({"r", "-c"}).check);
  EXPECT_FALSE(Command().read({"r", "--check", "false"}).check);
  EXPECT_FALSE(Command().read({"r", "--check=false"}).check);
  Command command;
  command.read({"--check", "recipe.yaml"});
  EXPECT_TRUE(command.check);
  EXPECT_EQ(command.recipe, "recipe.yaml") << "the word after a switch is not its value";
  EXPECT_EQ(error_of({"r", "--check=maybe"}),
            "command line: check = 'maybe': expected true or false");
}

TEST(CommandLine, BareWordsAndTheDoubleDash) {
  Command command;
  command.read({"recipe.yaml", "--models", "a", "b", "--", "--odd"});
  EXPECT_EQ(command.recipe, "recipe.yaml");
  EXPECT_EQ(command.run, "--odd");
  EXPECT_THAT(command.models, ElementsAre("a", "b"));
  Command second;
  second.read({"-o", "out", "first", "--data.number", "-3", "second"});
  EXPECT_EQ(second.output, "out");
  EXPECT_EQ(second.recipe, "first");
  EXPECT_EQ(second.run, "second");
  EXPECT_EQ(second.number, -3);
  EXPECT_EQ(error_of({"a", "b", "c"}),
            "command line: unexpected word 'c'\n  Options begin with --; see --help.");
}

TEST(CommandLine, AListTakesAllRemainingWords) {
  std::string first;
  std::vector<std::string> rest;
  OptionTable table;
  table.add("first", first, "one").positional(0);
  table.add("rest", rest, "others").positional(1);
  table.read_command_line({"a", "b", "c"});
  table.apply();
  EXPECT_EQ(first, "a");
  EXPECT_THAT(rest, ElementsAre("b", "c"));
}

TEST(CommandLine, ErrorsNameTheNearestFlag) {
  EXPECT_EQ(argument_error({"--all.interger", "3"}),
            "command line: unknown flag '--all.interger'\n  Did you mean --all.integer?");
  EXPECT_EQ(argument_error({"--interger=3"}),
            "command line: unknown flag '--interger'\n  See --help.");
  EXPECT_EQ(argument_error({"--integer=3"}),
            "command line: unknown flag '--integer'\n  Did you mean --all.integer?");
  EXPECT_EQ(argument_error({"-x"}), "command line: unknown flag '-x'\n  See --help.");
  EXPECT_EQ(argument_error({"-top", "x"}),
            "command line: unknown flag '-top'\n  Did you mean --top?");
  EXPECT_EQ(argument_error({"--all.integer", "three"}),
            "command line: all.integer = 'three': expected an integer from 1 to 1000");
}

TEST(CommandLine, MissingValuesAndWords) {
  EXPECT_EQ(argument_error({"--all.integer"}), "command line: --all.integer needs a value");
  EXPECT_EQ(argument_error({"--all.text", "--all.flag"}),
            "command line: --all.text needs a value\n  A value that begins with '-' is written "
            "--all.text=--all.flag.");
  EXPECT_EQ(argument_error({"--all.integer="}),
            "command line: all.integer = '': expected an integer from 1 to 1000");
  EXPECT_EQ(error_of({}), "command line: RECIPE is missing: the recipe\n  See --help.");
}

TEST(CommandLine, GivenTwice) {
  EXPECT_EQ(argument_error({"--all.integer", "3", "--all.integer=4"}),
            "command line: --all.integer is given twice: '3' and '4'");
  EXPECT_EQ(error_of({"word", "--recipe", "flag"}),
            "command line: --recipe is given twice: 'flag' and 'word'");
  EXPECT_EQ(error_of({"word", "--output", "a", "-o", "b"}),
            "command line: --output is given twice: 'a' and 'b'");
}

TEST(CommandLine, OverridesYamlWhicheverIsReadFirst) {
  for (const bool yaml_first : {true, false}) {
    Fixture f;
    if (yaml_first) f.table.read_yaml_text("all.integer: 5\nall.number: 0\n", "r.yaml");
    f.table.read_command_line({"--all.integer", "6"});
    f.table.apply();
    if (!yaml_first) f.table.read_yaml_text("all.integer: 5\nall.number: 0\n", "r.yaml");
    f.table.apply();
    EXPECT_EQ(f.options.integer, 6);
    EXPECT_EQ(f.options.number, 0);
    EXPECT_EQ(f.table.find("all.integer")->origin(), "command line");
  }
}

TEST(CommandLine, RandomWordsNeverCrash) {
  std::mt19937 random(13);
  const std::vector<std::string> words = {
      "--", "-",  "",           "=",        "--=",      "--=x",      "---",      "-o",
      "-c", "-1", "--check",    "--check=", "--models", "--models=", "--output", "--data.number",
      "-5", "a",  "--recipe=x", "-=",       "-o=x",     "\xff",      "--\xff"};
  for (int i = 0; i < 20000; ++i) {
    std::vector<std::string> line;
    for (size_t n = random() % 7; n > 0; --n) line.push_back(words[random() % words.size()]);
    try {
      Command().read(line);
    } catch (const UsageError& error) {
      EXPECT_THAT(std::string(error.what()), StartsWith("command line: "));
    }
  }
}

}  // namespace
}  // namespace nmt::testing
