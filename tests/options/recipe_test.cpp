// The recipe, the methods' part of it, and the commands' arguments.

#include "nmt/run/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/run/parsed_command.h"
#include "table_for_tests.h"
#include "tests/message_of.h"

namespace nmt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

struct MarkerOptions : MethodOptions {
  double weight = 0.1;
  std::string side = "source";
  void declare(OptionTable& table) override {
    table.group("test_marker", "Marker (a method of the tests)");
    table.add("test_marker.weight", weight, "weight of the marker").range(0, 1);
    table.add("test_marker.side", side, "side").choices({"source", "target"});
  }
  void validate() const override {
    if (side == "target" && weight == 0) throw UsageError("test_marker.side needs a weight");
  }
};

/// Registers the tests' method, once for the program.
void add_test_method() {
  static const bool done = [] {
    append_method({.name = "test_marker",
                   .summary = "a method of the tests",
                   .make_options = [] { return std::make_unique<MarkerOptions>(); },
                   .commands = {{.name = "mark",
                                 .summary = "a stage command",
                                 .usage = "RUN",
                                 .about = "",
                                 .groups = {},
                                 .declare_arguments = nullptr}}});
    return true;
  }();
  (void)done;
}

struct Loaded {
  Recipe recipe;
  OptionTable table;
  explicit Loaded(const std::string& yaml) {
    add_test_method();
    declare(table, recipe);
    table.read_yaml_text(yaml, "recipe.yaml");
    table.apply();
  }
  const MarkerOptions& marker() const {
    return dynamic_cast<const MarkerOptions&>(*recipe.method_options.at("test_marker"));
  }
};

TEST(Recipe, DefaultsAreValidAndSurviveYaml) {
  Loaded first("");
  validate(first.recipe, first.table);
  const std::string yaml = to_yaml(first.recipe, first.table);
  Loaded second(yaml);
  EXPECT_EQ(to_yaml(second.recipe, second.table), yaml);
  EXPECT_EQ(second.recipe.model.dim, 512);
}

TEST(Recipe, MethodsDeclareTheirOptions) {
  Loaded loaded("methods: [test_marker]\ntest_marker:\n  weight: 0.5\n");
  validate(loaded.recipe, loaded.table);
  EXPECT_EQ(loaded.marker().weight, 0.5);
  const std::string yaml = to_yaml(loaded.recipe, loaded.table);
  EXPECT_THAT(yaml, HasSubstr("methods: [test_marker]"));
  EXPECT_THAT(yaml, HasSubstr("  weight: 0.5"));
  EXPECT_EQ(Loaded(yaml).marker().weight, 0.5);
}

TEST(Recipe, MethodsThatAreOffAreNotSaved) {
  Loaded loaded("test_marker.weight: 0.5\n");
  validate(loaded.recipe, loaded.table);  // warns
  EXPECT_THAT(to_yaml(loaded.recipe, loaded.table), Not(HasSubstr("test_marker")));
  EXPECT_TRUE(idle_groups(loaded.recipe).contains("test_marker"));
  EXPECT_FALSE(idle_groups(Loaded("methods: [test_marker]\n").recipe).contains("test_marker"));
}

TEST(Recipe, ContradictionsAreRefused) {
  const auto refusal = [](const std::string& yaml) {
    return usage_error([&] {
      Loaded loaded(yaml);
      validate(loaded.recipe, loaded.table);
    });
  };
  EXPECT_EQ(refusal("\nmethods: [test_market]\n"),
            "recipe.yaml:2: unknown method 'test_market'\n  Did you mean 'test_marker'?");
  EXPECT_EQ(refusal("methods: [xyz]\n"),
            "recipe.yaml:1: unknown method 'xyz'\n  `nmt list methods` prints all methods.");
  EXPECT_EQ(refusal("methods: [test_marker, test_marker]\n"),
            "recipe.yaml:1: method 'test_marker' is switched on twice");
  EXPECT_EQ(refusal("methods: [test_marker]\ntest_marker: {side: target, weight: 0}\n"),
            "test_marker.side needs a weight");
  EXPECT_EQ(refusal("model.heads: 7\n"), "model.heads = 7 does not divide model.dim = 512");
}

TEST(Recipe, AMethodsNameIsTakenOnce) {
  add_test_method();
  EXPECT_THROW(append_method(
                   {.name = "test_marker", .summary = "", .make_options = nullptr, .commands = {}}),
               Error);
}

TEST(Recipe, CommandsOfMethodsAreFound) {
  add_test_method();
  ASSERT_NE(find_command("mark"), nullptr);
  EXPECT_EQ(find_command("mark")->summary, "a stage command");
  ASSERT_NE(find_command("train"), nullptr);
  EXPECT_EQ(find_command("nothing"), nullptr);
}

TEST(Recipe, IsReadFromFileAndCommandLine) {
  const TemporaryFolder folder;
  const std::string file = folder.write("r.yaml", "model.preset: tiny\ntrain.lr: 0.001\n");
  TrainArguments arguments;
  Recipe recipe;
  OptionTable table;
  declare(table, arguments);
  declare(table, recipe);
  read_options(table, {file, "--run", "runs/x", "--train.lr", "2e-3", "--check", "--threads=2"},
               arguments.recipe);
  EXPECT_EQ(recipe.model.dim, 128);
  EXPECT_EQ(recipe.training.schedule.lr, 2e-3);
  EXPECT_EQ(arguments.run, "runs/x");
  EXPECT_TRUE(arguments.check);
  EXPECT_EQ(arguments.runtime.threads, 2);
  const std::string yaml = to_yaml(recipe, table);
  EXPECT_THAT(yaml, HasSubstr("lr: 0.002"));
  for (const char* word : {"runs/x", "CPU threads", "check:"})
    EXPECT_THAT(yaml, Not(HasSubstr(word)));
}

// As `nmt train` reads them; and nothing in them is without effect.
TEST(Recipe, ThoseOfThisSourceTreeAreValid) {
  int recipes = 0;
  for (const auto& folder : std::filesystem::directory_iterator(NMT_SOURCE_DIR "/recipes")) {
    if (!folder.is_directory()) continue;
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
      if (file.path().extension() != ".yaml") continue;
      SCOPED_TRACE(file.path());
      ++recipes;
      const std::string error = message_of([&] {
        const ParsedCommand<TrainArguments> command(
            *find_command("train"), {file.path(), "--run", "runs/x"},
            [](const TrainArguments& arguments) { return arguments.recipe; });
        const std::set<std::string> idle = idle_groups(command.recipe);
        for (const auto& option : command.table.options()) {
          EXPECT_FALSE(option->is_set() && idle.contains(option->group())) << option->key();
        }
      });
      EXPECT_EQ(error, "no error");
    }
  }
  EXPECT_GT(recipes, 0);
}

TEST(Recipe, OptionsThatACommandIgnoresAreRefused) {
  const auto translate = [](const std::vector<std::string>& words) {
    TranslateArguments arguments;
    Recipe recipe;
    OptionTable table;
    declare(table, arguments);
    declare(table, recipe);
    table.read_command_line(words);
    table.apply();
    refuse_unused(table, recipe, *find_command("translate"));
  };
  translate({"runs/x", "--plugins", "lib.so", "--device", "cpu", "-o", "out"});
  EXPECT_EQ(usage_error([&] {
              translate({"runs/x", "--train.lr", "1"});
            }),
            "command line: nmt translate does not use --train.lr\n  `nmt help translate` prints "
            "what it uses.");
}

TEST(Arguments, DevicesAreChecked) {
  for (const char* device : {"auto", "cpu", "cuda", "cuda:0", "cuda:15"}) {
    validate(RuntimeOptions{.device = device});
  }
  for (const char* device : {"", "gpu", "cuda:", "cuda:x", "cuda:-1", "cuda0", "cuda:1234"}) {
    EXPECT_THROW(validate(RuntimeOptions{.device = device}), UsageError) << device;
  }
}

TEST(Arguments, EveryCommandDeclaresBesideTheRecipe) {
  for (const CommandDescription& command : command_descriptions()) {
    EXPECT_FALSE(command.summary.empty());
    if (command.declare_arguments == nullptr) continue;
    EXPECT_FALSE(command.about.empty()) << command.name;
    OptionTable table;
    const std::shared_ptr<void> arguments = command.declare_arguments(table);
    for (const auto& option : table.options())
      EXPECT_TRUE(option->is_command_line_only()) << option->key();
    Recipe recipe;
    declare(table, recipe);  // throws when keys clash
    EXPECT_THAT(command_help(command, table), HasSubstr("usage: nmt " + command.name));
  }
}

}  // namespace
}  // namespace nmt::testing
