#include "nmt/commands/plugin_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "tests/options/table_for_tests.h"

namespace nmt {
namespace {

using ::testing::ElementsAre;

TEST(Plugin, IsFoundOnTheCommandLineOrInTheRecipe) {
  const TemporaryFolder folder;
  const std::string file = folder.write("r.yaml", "unknown.key: 1\nplugins: [a.so, b.so]\n");
  EXPECT_THAT(find_plugins({file, "--run", "x"}), ElementsAre("a.so", "b.so"));
  EXPECT_THAT(find_plugins({"--run", "x", file}), ElementsAre("a.so", "b.so"));
  EXPECT_THAT(find_plugins({file, "--plugins", "c.so", "d.so", "--run", "x"}),
              ElementsAre("c.so", "d.so"));
  EXPECT_THAT(find_plugins({"--plugins=c.so"}), ElementsAre("c.so"));
  EXPECT_THAT(find_plugins({"--plugins", file}), ElementsAre(file));
  EXPECT_THAT(find_plugins({"--", "--plugins", "x"}), ElementsAre());
  EXPECT_THAT(find_plugins({}), ElementsAre());
}

// `nmt train recipe.yaml --train.initial RUN`, `nmt weight-distance RUN --from OTHER`
TEST(Plugin, AllRecipesAndRunsAmongTheWordsCountEachPluginOnce) {
  const TemporaryFolder folder;
  const auto run = [&folder](const std::string& name, const std::string& plugins) {
    std::filesystem::create_directory(folder.file(name));
    folder.write(name + "/config.yaml", "plugins: [" + plugins + "]\n");
    return folder.file(name);
  };
  const std::string here = std::filesystem::current_path();
  const std::string general = run("general", here + "/a.so"), tuned = run("tuned", "/x/b.so");
  const std::string recipe = folder.write("r.yaml", "plugins: [a.so, c.so]\n");
  EXPECT_THAT(find_plugins({tuned, "--from", general}), ElementsAre("/x/b.so", here + "/a.so"));
  EXPECT_THAT(find_plugins({tuned, "--from=" + general}), ElementsAre("/x/b.so", here + "/a.so"));
  EXPECT_THAT(find_plugins({recipe, "--train.initial", general}), ElementsAre("a.so", "c.so"));
  EXPECT_THAT(find_plugins({"--train.initial", tuned, recipe}),
              ElementsAre("/x/b.so", "a.so", "c.so"));
  // A run may be continued with a plug-in that has moved.
  EXPECT_THAT(find_plugins({recipe, "--run", tuned}), ElementsAre("a.so", "c.so"));
  EXPECT_THAT(find_plugins({recipe, "--run=" + tuned}), ElementsAre("a.so", "c.so"));
  EXPECT_THAT(find_plugins({"--run", tuned}), ElementsAre("/x/b.so"));
}

// Text among the words (`nmt translate RUN --input FILE`) is not read as a recipe.
TEST(Plugin, OtherFilesAreNotRecipes) {
  const TemporaryFolder folder;
  EXPECT_THAT(find_plugins({"--input", folder.write("in.en", "plugins: [x.so]\n")}), ElementsAre());
  EXPECT_THAT(find_plugins({"--text", std::string(10000, 'x')}), ElementsAre());
}

}  // namespace
}  // namespace nmt
