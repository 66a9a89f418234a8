#include "nmt/commands/plugin_arguments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

// Text among the words (`nmt translate RUN --input FILE`) is not read as a recipe.
TEST(Plugin, OtherFilesAreNotRecipes) {
  const TemporaryFolder folder;
  EXPECT_THAT(find_plugins({"--input", folder.write("in.en", "plugins: [x.so]\n")}), ElementsAre());
}

}  // namespace
}  // namespace nmt
