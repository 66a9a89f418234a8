// Reading recipes: values, and every error with the line it stands in.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "nmt/options/yaml_reader.h"
#include "table_for_tests.h"

namespace nmt::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(Yaml, NestedAndDottedKeysAreTheSame) {
  Fixture f;
  f.yaml("all:\n  integer: 7\nall.number: -0.25\ntop: x\n");
  EXPECT_EQ(f.options.integer, 7);
  EXPECT_EQ(f.options.number, -0.25);
  EXPECT_EQ(f.options.top, "x");
  EXPECT_EQ(f.table.find("all.integer")->origin(), "recipe.yaml:2");
  EXPECT_TRUE(f.table.find("all.integer")->is_set());
  EXPECT_EQ(f.table.find("all.flag")->origin(), "default");
  EXPECT_FALSE(f.table.find("all.flag")->is_set());
}

TEST(Yaml, ListsScalarsQuotesAndAliases) {
  Fixture f;
  f.yaml(
      "all:\n  texts: [one, 'two: 2', \"3\"]\n  integers:\n    - 4\n    - -5\n  numbers: []\n"
      "  text: |\n    two\n    lines\n  flag: &yes true\ntop: *yes\n");
  EXPECT_THAT(f.options.texts, ElementsAre("one", "two: 2", "3"));
  EXPECT_THAT(f.options.integers, ElementsAre(4, -5));
  EXPECT_THAT(f.options.numbers, ElementsAre());
  EXPECT_EQ(f.options.text, "two\nlines\n");
  EXPECT_EQ(f.options.top, "true");
}

TEST(Yaml, AScalarMayStandForAListOfOne) {
  Fixture f;
  f.yaml("all.texts: only\n");
  EXPECT_THAT(f.options.texts, ElementsAre("only"));
}

TEST(Yaml, EmptyFilesAndSectionsKeepDefaults) {
  for (const char* yaml :
       {"", "\n", "# nothing\n", "---\n", "all:\n", "all: {}\n", "\xEF\xBB\xBF\n", "all:\r\n"}) {
    Fixture f;
    f.yaml(yaml);
    EXPECT_EQ(f.options.integer, 3) << yaml;
  }
  EXPECT_EQ(
      [] {
        Fixture f;
        f.yaml("all:\r\n  integer: 4\r\n");
        return f.options.integer;
      }(),
      4);
}

TEST(Yaml, WrongValuesNameLineKeyValueAndWhatIsAllowed) {
  EXPECT_EQ(yaml_error("# recipe\nall:\n  integer: eight\n"),
            "recipe.yaml:3: all.integer = 'eight': expected an integer from 1 to 1000");
  EXPECT_EQ(yaml_error("all.integer: 1001\n"),
            "recipe.yaml:1: all.integer = '1001': expected an integer from 1 to 1000");
  EXPECT_EQ(yaml_error("\nall: {number: 1.5}\n"),
            "recipe.yaml:2: all.number = '1.5': expected a number from -1 to 1");
  EXPECT_EQ(yaml_error("all:\n  flag: yes\n"),
            "recipe.yaml:2: all.flag = 'yes': expected true or false");
  EXPECT_EQ(yaml_error("all:\n  colour: rad\n"),
            "recipe.yaml:2: all.colour = 'rad': expected one of red, blue\n  Did you mean 'red'?");
  EXPECT_EQ(yaml_error("all:\n  numbers: [1, -2]\n"),
            "recipe.yaml:2: all.numbers = ['1', '-2']: expected a list of numbers >= 0");
  EXPECT_EQ(yaml_error("all:\n  integer: [4]\n"),
            "recipe.yaml:2: all.integer = ['4']: expected an integer from 1 to 1000, not a list");
  EXPECT_EQ(yaml_error("shape.size: huge\n"),
            "recipe.yaml:1: shape.size = 'huge': expected one of small, large");
}

TEST(Yaml, UnknownKeysNameTheNearest) {
  EXPECT_EQ(yaml_error("all:\n  interger: 4\n"),
            "recipe.yaml:2: unknown option 'all.interger'\n  Did you mean 'all.integer'?");
  EXPECT_EQ(yaml_error("al:\n  integer: 4\n"),
            "recipe.yaml:2: unknown option 'al.integer'\n  Did you mean 'all.integer'?");
  EXPECT_EQ(yaml_error("integer: 4\n"),
            "recipe.yaml:1: unknown option 'integer'\n  Did you mean 'all.integer'?");
  EXPECT_EQ(yaml_error("zzz: 4\n"),
            "recipe.yaml:1: unknown option 'zzz'\n  `nmt list options` prints all keys.");
  EXPECT_EQ(yaml_error("shape:\n  flag: true\n"),
            "recipe.yaml:2: unknown option 'shape.flag'\n  Did you mean 'all.flag'?");
  EXPECT_THAT(yaml_error("all.integer: {x: 1}\n"),
              StartsWith("recipe.yaml:1: unknown option 'all.integer.x'"));
}

TEST(Yaml, DuplicatesNameBothLines) {
  EXPECT_EQ(yaml_error("all:\n  integer: 4\n\n  integer: 5\n"),
            "recipe.yaml:4: 'all.integer' is given twice; first in line 2");
  EXPECT_EQ(yaml_error("all:\n  integer: 4\nall.integer: 5\n"),
            "recipe.yaml:3: 'all.integer' is given twice; first in line 2");
  EXPECT_EQ(yaml_error("all:\n  integer: 4\nall:\n  number: 0\n"),
            "recipe.yaml:3: 'all' is given twice; first in line 1");
}

TEST(Yaml, MissingAndMisplacedValues) {
  EXPECT_EQ(yaml_error("all:\n  integer:\n"),
            "recipe.yaml:2: all.integer has no value: expected an integer from 1 to 1000\n"
            "  Remove the line to keep the default.");
  EXPECT_THAT(yaml_error("all:\n  text: ~\n"), HasSubstr("Write '' for an empty text"));
  EXPECT_THAT(yaml_error("all:\n  integer: {}\n"),
              StartsWith("recipe.yaml:2: all.integer has no value"));
  EXPECT_EQ(yaml_error("all: 3\n"),
            "recipe.yaml:1: 'all' is a group of options and takes no value itself\n"
            "  Write its options below it, indented.");
  EXPECT_EQ(yaml_error("all:\n  texts:\n    - a\n    - [b]\n"),
            "recipe.yaml:4: all.texts is a list of values; this element is not a single value");
  EXPECT_THAT(yaml_error("all:\n  texts: [a, ~]\n"),
              StartsWith("recipe.yaml:2: all.texts is a list"));
  EXPECT_EQ(yaml_error("? [a]\n: 1\n"),
            "recipe.yaml:1: the name of an option must be a plain word");
}

TEST(Yaml, WhatIsNoRecipe) {
  EXPECT_THAT(yaml_error("all:\n  integer: 4\n bad: x\n"),
              StartsWith("recipe.yaml:3: not valid YAML"));
  EXPECT_THAT(yaml_error("all: [1, 2\n"), HasSubstr("not valid YAML"));
  EXPECT_THAT(yaml_error("all:\n\tinteger: 4\n"), StartsWith("recipe.yaml:2: not valid YAML"));
  EXPECT_THAT(yaml_error("just words\n"), StartsWith("recipe.yaml:1: a recipe consists of lines"));
  EXPECT_THAT(yaml_error(",:\"  -"), StartsWith("recipe.yaml:1: a recipe is one YAML document"));
  EXPECT_THAT(yaml_error("- a\n- b\n"), StartsWith("recipe.yaml:1: a recipe consists of lines"));
  EXPECT_THAT(yaml_error("top: a\n---\ntop: b\n"),
              StartsWith("recipe.yaml:2: a recipe is one YAML document"));
  EXPECT_THAT(yaml_error("top: a\n# caf\xe9\n"),
              StartsWith("recipe.yaml:2: this line is not valid UTF-8"));
  EXPECT_THAT(yaml_error(std::string("top: a\n\n\0", 9)),
              StartsWith("recipe.yaml:3: this line holds a NUL byte"));
  EXPECT_THAT(yaml_error("all.text: *nowhere\n"), HasSubstr("not valid YAML"));
}

TEST(Yaml, EndlessAndHugeTreesAreRefused) {
  std::string deep = "top";
  for (int i = 0; i < 40; ++i) deep += ": {a";
  EXPECT_THAT(yaml_error(deep + std::string(40, '}') + "\n"), HasSubstr("recipe.yaml:1: "));
  EXPECT_THAT(yaml_error("a: &a\n  b: *a\n"), HasSubstr("recipe.yaml"));
  std::string laughs = "a0: &a0 {x: 1, y: 2}\n";
  for (int i = 1; i < 14; ++i) {
    const std::string before = std::to_string(i - 1), now = std::to_string(i);
    laughs += "a" + now + ": &a" + now + " {";
    for (const char* key : {"a", "b", "c", "d", "e", "f", "g"})
      laughs.append(key).append(": *a").append(before).append(", ");
    laughs += "}\n";
  }
  EXPECT_THAT(yaml_error(laughs), HasSubstr("recipe.yaml"));
  EXPECT_THROW(Fixture().yaml(std::string(20000, '[')), UsageError);
  EXPECT_THROW(Fixture().yaml(std::string(20000, '{')), UsageError);
}

TEST(Yaml, FilesThatCannotBeRead) {
  const TemporaryFolder folder;
  EXPECT_THAT(usage_error([&] { Fixture().table.read_yaml(folder.file("no.yaml")); }),
              StartsWith("cannot open '" + folder.file("no.yaml") + "'"));
  EXPECT_THAT(usage_error([&] { Fixture().table.read_yaml(folder.file("")); }),
              StartsWith("cannot read"));
  Fixture f;
  f.table.read_yaml(folder.write("empty.yaml", ""));
  f.table.read_yaml(folder.write("good.yaml", "all.integer: 9\n"));
  f.table.apply();
  EXPECT_EQ(f.options.integer, 9);
  EXPECT_EQ(f.table.find("all.integer")->origin(), folder.file("good.yaml") + ":1");
}

TEST(Yaml, LaterFilesOverrideEarlierOnes) {
  Fixture f;
  f.table.read_yaml_text("all.integer: 4\nall.number: 0\n", "one.yaml");
  f.table.read_yaml_text("all.integer: 5\n", "two.yaml");
  f.table.apply();
  EXPECT_EQ(f.options.integer, 5);
  EXPECT_EQ(f.options.number, 0);
  EXPECT_EQ(f.table.find("all.integer")->origin(), "two.yaml:1");
}

TEST(Yaml, CommandLineOptionsAreNoRecipeOptions) {
  std::string run;
  OptionTable table;
  table.add("run", run, "run folder").command_line_only();
  EXPECT_EQ(
      usage_error([&] { table.read_yaml_text("run: x\n", "recipe.yaml"); }),
      "recipe.yaml:1: 'run' is not an option of a recipe\n  Give it on the command line: --run.");
  EXPECT_EQ(table.to_yaml(), "");
}

/// Any bytes are either read or refused with a UsageError: never another exception, never a crash.
void read_or_refuse(const std::string& yaml) {
  try {
    Fixture().yaml(yaml);
  } catch (const UsageError& error) {
    EXPECT_THAT(std::string(error.what()), StartsWith("recipe.yaml"));
  }
}

TEST(Yaml, RandomTextNeverCrashes) {
  std::mt19937 random(11);
  const std::vector<std::string> pieces = {"all",   ":",
                                           " ",     "\n",
                                           "  ",    "- ",
                                           "[",     "]",
                                           "{",     "}",
                                           ",",     "'",
                                           "\"",    "#",
                                           "&a",    "*a",
                                           "|",     ">",
                                           "!!",    "!x",
                                           "?",     "~",
                                           "%",     "integer",
                                           "texts", "4",
                                           "-",     "---",
                                           "...",   "\t",
                                           "\\",    "\\x",
                                           "<<",    "\xc3\xa9",
                                           "\xff",  "@",
                                           "`",     "all:\n  integer: 4\n",
                                           "\r\n"};
  for (int i = 0; i < 20000; ++i) {
    std::string yaml;
    const size_t length = random() % 25;
    for (size_t j = 0; j < length; ++j) yaml += pieces[random() % pieces.size()];
    read_or_refuse(yaml);
  }
}

TEST(Yaml, MutatedRecipesNeverCrash) {
  std::mt19937 random(12);
  const std::string good = Fixture().table.to_yaml();
  for (int i = 0; i < 3000; ++i) {
    std::string yaml = good;
    for (size_t edits = 1 + random() % 4; edits > 0; --edits) {
      const size_t at = random() % yaml.size();
      switch (random() % 3) {
        case 0:
          yaml[at] = static_cast<char>(random() % 256);
          break;
        case 1:
          yaml.erase(at, 1 + random() % 5);
          break;
        default:
          yaml.insert(at, 1, static_cast<char>(random() % 128));
          break;
      }
      if (yaml.empty()) break;
    }
    read_or_refuse(yaml);
  }
}

}  // namespace
}  // namespace nmt::testing
