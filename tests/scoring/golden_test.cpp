#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "golden.h"
#include "tests/scoring/sacrebleu.h"
#include "tests/temporary_folder.h"

// The fixtures in golden/ hold on every machine. Where there is sacreBLEU, others with
// another seed are made and compared as well, so that each run tests text that nobody has tuned the
// code to.

namespace nmt::scoring::golden {
namespace {

const std::string kFolder = std::string(NMT_SOURCE_DIR) + "/tests/scoring/golden";

TEST(Golden, Tokens) {
  compare_tokens(kFolder);
}
TEST(Golden, Scores) {
  compare_scores(kFolder, 1e-10);
}
TEST(Golden, Resampling) {
  // A last digit of log() can move a 32-bit score by one unit.
  compare_resampling(kFolder, 1e-5);
}
TEST(Golden, Commands) {
  compare_commands(kFolder);
}

TEST(Oracle, SaysTheSameAboutOtherText) {
  if (!testing::has_sacrebleu()) GTEST_SKIP() << "no sacreBLEU: scripts/setup.sh --formats";
  const TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  const char* seed = std::getenv("NMT_ORACLE_SEED");
  const std::string command = "python3 '" + std::string(NMT_SOURCE_DIR) +
                              "/tests/scoring/make_golden.py' '" + folder + "' " +
                              (seed != nullptr ? seed : "2");
  ASSERT_EQ(std::system(command.c_str()), 0);
  compare_tokens(folder);
  compare_scores(folder, 0);
  compare_resampling(folder, 0);
  compare_commands(folder);
}

}  // namespace
}  // namespace nmt::scoring::golden
