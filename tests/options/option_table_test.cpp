#include "nmt/options/option_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <stdexcept>

#include "models/transformer_options.h"
#include "table_for_tests.h"

namespace nmt::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(OptionTable, PresetsComeFirstWhereverTheyStand) {
  for (const char* yaml :
       {"shape:\n  size: large\n  width: 7\n", "shape:\n  width: 7\n  size: large\n"}) {
    Fixture f;
    f.yaml(yaml);
    EXPECT_EQ(f.options.size, "large");
    EXPECT_EQ(f.options.width, 7);
    EXPECT_EQ(f.options.depth, 20);
  }
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--shape.size", "large", "--shape.width", "7"},
        {"--shape.width", "7", "--shape.size", "large"}}) {
    Fixture f;
    f.arguments(words);
    EXPECT_EQ(f.options.width, 7);
    EXPECT_EQ(f.options.depth, 20);
  }
}

TEST(OptionTable, AnOverriddenPresetLeavesNoTrace) {
  Fixture f;
  f.table.read_yaml_text("shape.size: large\nshape.width: 7\n", "r.yaml");
  f.arguments({"--shape.size", "small"});
  EXPECT_EQ(f.options.size, "small");
  EXPECT_EQ(f.options.width, 7)
      << "an explicit value of the recipe beats a preset of the command line";
  EXPECT_EQ(f.options.depth, 2);
}

TEST(OptionTable, WithoutAPresetTheFieldsKeepTheirDefaults) {
  Fixture f;
  f.yaml("all.integer: 4\n");
  EXPECT_EQ(f.options.width, 1);
  EXPECT_EQ(f.options.size, "small");
}

TEST(OptionTable, AssignIsLikeYaml) {
  Fixture f;
  f.table.assign("all.integer", {"8"}, "a test");
  f.table.apply();
  EXPECT_EQ(f.options.integer, 8);
  EXPECT_EQ(f.table.find("all.integer")->origin(), "a test");
  EXPECT_EQ(usage_error([&] { f.table.assign("all.intger", {"8"}, "a test"); }),
            "a test: unknown option 'all.intger'\n  Did you mean 'all.integer'?");
  f.table.assign("all.integer", {"8", "9"}, "a test");
  EXPECT_EQ(usage_error([&] { f.table.apply(); }),
            "a test: all.integer = ['8', '9']: expected an integer from 1 to 1000");
}

TEST(OptionTable, MistakesOfTheDeclaringCodeAreLogicErrors) {
  OptionTable table;
  int64_t number = 5;
  std::string name = "x";
  table.add("a.b", number, "one");
  EXPECT_THROW(table.add("a.b", number, "again"), std::logic_error);
  EXPECT_THROW(table.add("a", number, "a group already"), std::logic_error);
  table.add("top", number, "two");
  EXPECT_THROW(table.group("top", "an option already"), std::logic_error);
  EXPECT_THROW(table.add("", number, "no name"), std::logic_error);
  EXPECT_THROW(table.add("c", number, "c").range(6, 10), std::logic_error)
      << "the default is outside";
  EXPECT_THROW(table.add("d", name, "d").choices({"y"}), std::logic_error);
}

TEST(OptionTable, LongValuesAreCutInErrors) {
  const std::string message = yaml_error("all.integer: " + std::string(5000, '9') + "\n");
  EXPECT_LT(message.size(), 400u);
  EXPECT_THAT(message, HasSubstr("expected an integer"));
}

size_t occurrences(const std::string& body, const std::string& part) {
  size_t count = 0;
  for (size_t at = body.find(part); at != std::string::npos; at = body.find(part, at + 1)) ++count;
  return count;
}

TEST(OptionTable, HelpListsEachOptionOnceWithinTheWidth) {
  Everything options;
  TransformerOptions model;
  OptionTable table;
  declare(table, options);
  nmt::declare(table, model);
  for (const size_t width : {size_t{60}, size_t{80}, size_t{100}}) {
    const std::string help = table.help(OptionTable::all_options, width);
    for (const auto& option : table.options()) {
      EXPECT_EQ(occurrences(help, "--" + option->key() + " ") +
                    occurrences(help, "--" + option->key() + "\n"),
                1u)
          << option->key();
    }
    std::istringstream lines(help);
    std::string line;
    while (std::getline(lines, line)) EXPECT_LE(line.size(), width) << line;
  }
  EXPECT_EQ(occurrences(table.help(), "All types:\n"), 1u);
}

TEST(OptionTable, HelpShowsHintsDefaultsAndLimits) {
  int64_t layers = 6;
  double rate = 5e-4;
  bool check = false;
  std::string run, size = "base", long_choice = "choice-number-0";
  std::vector<std::string> inputs = {"a", "b"};
  OptionTable table;
  table.group("model", "The model");
  table.add("model.layers", layers, "depth").range(1, 100);
  table.add("model.size", size, "sizes by name").choices({"base", "big"});
  std::vector<std::string> many;
  many.reserve(10);
  for (int i = 0; i < 10; ++i) many.push_back("choice-number-" + std::to_string(i));
  table.add("model.long", long_choice, "long").choices(many);
  table.add("rate", rate, "peak rate").at_least(0);
  table.add("check", check, "verify only");
  table.add("run", run, "run folder").hint("RUN").positional(0).required().command_line_only();
  table.add("inputs", inputs, "files").hint("FILE").short_flag('i');
  table.add("threads", layers, "threads").in_group("machine").command_line_only();
  EXPECT_EQ(
      table.help(),
      "General:\n"
      "  --rate X                          peak rate [0.0005; >= 0]\n"
      "  --check                           verify only [false]\n"
      "  RUN (--run)                       run folder [required]\n"
      "  -i, --inputs FILE...              files [a b]\n"
      "\n"
      "The model:\n"
      "  --model.layers N                  depth [6; 1 to 100]\n"
      "  --model.size base|big             sizes by name [base]\n"
      "  --model.long NAME                 long [choice-number-0; one of choice-number-0, "
      "choice-number-1,\n"
      "                                    choice-number-2, choice-number-3, choice-number-4,\n"
      "                                    choice-number-5, choice-number-6, choice-number-7,\n"
      "                                    choice-number-8, choice-number-9]\n"
      "\n"
      "machine:\n"
      "  --threads N                       threads [6]\n");
  EXPECT_EQ(table.help([](const Option& option) { return option.key() == "rate"; }),
            "General:\n  --rate X                          peak rate [0.0005; >= 0]\n");
}

TEST(OptionTable, YamlIsGroupedAndAnnotated) {
  Fixture f;
  EXPECT_EQ(f.table.to_yaml(),
            "# General\n"
            "top: \"\"                                 # a key without a dot\n"
            "\n"
            "# All types\n"
            "all:\n"
            "  flag: false                           # a flag\n"
            "  integer: 3                            # an integer (1 to 1000)\n"
            "  number: 0.5                           # a number (-1 to 1)\n"
            "  text: plain                           # a text\n"
            "  colour: red                           # a name (red|blue)\n"
            "  texts: [a, b]                         # texts\n"
            "  integers: [1, 2]                      # integers\n"
            "  numbers: [0.9, 0.98]                  # numbers (>= 0)\n"
            "\n"
            "# Shape\n"
            "shape:\n"
            "  size: small                           # sizes by name (small|large)\n"
            "  width: 1                              # width\n"
            "  depth: 1                              # depth\n");
}

TEST(OptionTable, NamesWithoutAValueHaveNoDefaultAndNoYaml) {
  std::optional<Colour> colour;
  OptionTable table;
  table.add("colour", colour, "a name");
  EXPECT_EQ(table.help(), "General:\n  --colour red|blue                 a name\n");
  EXPECT_EQ(table.to_yaml(), "");
  table.read_yaml_text("colour: blue\n", "r.yaml");
  table.apply();
  EXPECT_EQ(colour, Colour::kBlue);
  EXPECT_EQ(table.to_yaml(),
            "# General\n"
            "colour: blue                            # a name (red|blue)\n");
}

/// Reads what to_yaml() wrote into fresh options and expects the same fields.
void expect_round_trip(const Fixture& first) {
  const std::string yaml = first.table.to_yaml();
  Fixture second;
  second.yaml(yaml);
  const Everything &a = first.options, &b = second.options;
  EXPECT_EQ(a.flag, b.flag) << yaml;
  EXPECT_EQ(a.integer, b.integer) << yaml;
  EXPECT_EQ(a.number, b.number) << yaml;
  EXPECT_EQ(a.text, b.text) << yaml;
  EXPECT_EQ(a.colour, b.colour) << yaml;
  EXPECT_EQ(a.texts, b.texts) << yaml;
  EXPECT_EQ(a.integers, b.integers) << yaml;
  EXPECT_EQ(a.numbers, b.numbers) << yaml;
  EXPECT_EQ(a.size, b.size) << yaml;
  EXPECT_EQ(a.width, b.width) << yaml;
  EXPECT_EQ(a.depth, b.depth) << yaml;
  EXPECT_EQ(a.top, b.top) << yaml;
  EXPECT_EQ(second.table.to_yaml(), yaml);
}

TEST(OptionTable, AwkwardTextsSurviveYaml) {
  const std::vector<std::string> awkward = {"",
                                            " ",
                                            " lead",
                                            "trail ",
                                            "a: b",
                                            "a:b",
                                            ":",
                                            "it's",
                                            "say \"hi\"",
                                            "back\\slash",
                                            "# no comment",
                                            "a # b",
                                            "true",
                                            "True",
                                            "no",
                                            "NULL",
                                            "~",
                                            "null",
                                            "y",
                                            "007",
                                            "1e3",
                                            "0x1F",
                                            "-1",
                                            "1.5",
                                            ".5",
                                            ".inf",
                                            ".nan",
                                            "- item",
                                            "-",
                                            "?",
                                            "? a",
                                            "[a]",
                                            "{a}",
                                            "a, b",
                                            "*alias",
                                            "&anchor",
                                            "!tag",
                                            "|",
                                            ">",
                                            "%directive",
                                            "@at",
                                            "`tick`",
                                            "<<",
                                            "=",
                                            "---",
                                            "...",
                                            "two\nlines",
                                            "\n",
                                            "tab\there",
                                            "\r",
                                            "cr\r\nlf",
                                            "\x01\x1f\x7f",
                                            "Grüße, 世界 ☃ 😀",
                                            "\u0085",
                                            "\u00a0",
                                            "\u2028\u2029",
                                            "\ufeff",
                                            "ends with colon:",
                                            "12:30:45",
                                            "2001-01-01",
                                            "'",
                                            "\"",
                                            "\\",
                                            "\\n",
                                            "/path/to file",
                                            "C:\\dir",
                                            std::string(3000, 'x'),
                                            "one two"};
  for (const std::string& text : awkward) {
    Fixture f;
    f.options.text = f.options.top = text;
    f.options.texts = {text, "between", text};
    expect_round_trip(f);
  }
  Fixture all;
  all.options.texts = awkward;
  expect_round_trip(all);
}

TEST(OptionTable, EveryTypeSurvivesYaml) {
  Fixture f;
  f.options.texts.clear();
  f.options.integers.clear();
  f.options.numbers.clear();
  f.options.flag = true;
  f.options.colour = Colour::kBlue;
  f.yaml("shape.size: large\nshape.depth: 3\n");
  expect_round_trip(f);
}

TEST(OptionTable, RandomValuesSurviveYaml) {
  std::mt19937_64 random(17);
  const std::vector<std::string> characters = {
      "a", "Z", "0", " ",  ":", "#",    "'",      "\"", "\\", "\n", "\t", "-", ",", "[",  "]",
      "{", "}", "é", "世", "😀", "\x02", "\u2028", "~",  "!",  "&",  "*",  "|", "%", "\r", "."};
  const auto random_text = [&] {
    std::string text;
    for (size_t n = random() % 12; n > 0; --n) text += characters[random() % characters.size()];
    return text;
  };
  std::uniform_real_distribution<double> unit(-1, 1);
  std::uniform_real_distribution<double> exponent(-300, 300);
  for (int i = 0; i < 2000; ++i) {
    Fixture f;
    Everything& o = f.options;
    o.flag = random() % 2 == 0;
    o.integer = static_cast<int64_t>(1 + random() % 1000);
    o.number = unit(random);
    o.text = random_text();
    o.top = random_text();
    o.colour = random() % 2 == 0 ? Colour::kRed : Colour::kBlue;
    o.texts.clear();
    o.integers.clear();
    o.numbers.clear();
    for (size_t n = random() % 4; n > 0; --n) {
      o.texts.push_back(random_text());
      o.integers.push_back(static_cast<int64_t>(random()));
      o.numbers.push_back(std::pow(10.0, exponent(random)));
    }
    o.size = random() % 2 == 0 ? "small" : "large";
    o.width = static_cast<int64_t>(random());
    expect_round_trip(f);
  }
}

TEST(OptionTable, TheModelsOptionsSurviveYaml) {
  TransformerOptions first;
  OptionTable table;
  nmt::declare(table, first);
  table.read_yaml_text("model:\n  heads: 2\n  preset: tiny\n  norm: post\n  dropout: 1e-9\n",
                       "r.yaml");
  table.apply();
  EXPECT_EQ(first.dim, 128);
  EXPECT_EQ(first.heads, 2);
  TransformerOptions second;
  OptionTable again;
  nmt::declare(again, second);
  again.read_yaml_text(table.to_yaml(), "config.yaml");
  again.apply();
  EXPECT_EQ(again.to_yaml(), table.to_yaml());
  EXPECT_EQ(second.dropout, 1e-9);
  EXPECT_THAT(table.to_yaml(), HasSubstr("dropout: 1.0e-09 "))
      << "what YAML 1.1 readers take for a number";
}

TEST(OptionTable, OnlyWhatIsWantedIsSaved) {
  Fixture f;
  const std::string yaml =
      f.table.to_yaml([](const Option& option) { return option.group() != "all"; });
  EXPECT_THAT(yaml, HasSubstr("shape:"));
  EXPECT_THAT(yaml, Not(HasSubstr("all:")));
}

TEST(OptionTable, GroupsComeInOrderWithHeadings) {
  Fixture f;
  EXPECT_THAT(f.table.groups(), ElementsAre(std::pair<std::string, std::string>{"", "General"},
                                            std::pair<std::string, std::string>{"all", "All types"},
                                            std::pair<std::string, std::string>{"shape", "Shape"}));
}

TEST(OptionTable, NearestKeepsGroupAndNameApart) {
  Fixture f;
  EXPECT_EQ(f.table.nearest("all.txt"), "all.text");
  EXPECT_EQ(f.table.nearest("shpae.widht"), "shape.width");
  EXPECT_EQ(f.table.nearest("depth"), "shape.depth");
  EXPECT_EQ(f.table.nearest("all.zzz"), "") << "a long common group must not make names alike";
  EXPECT_EQ(f.table.nearest(""), "");
}

}  // namespace
}  // namespace nmt::testing
