// Runs of earlier versions stay usable. tests/commands/golden/run_v1 was trained by the first
// version on 12 documents of the testbed (dim 16, 150 updates); it is never made anew. A change of
// format adds a folder beside it.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
using ::testing::HasSubstr;

const std::string kRun = NMT_SOURCE_DIR "/tests/commands/golden/run_v1";

TEST(OldRun, GivesTheSameProbabilities) {
  const TemporaryFolder folder;
  const std::string source =
      folder.write("source", "A man sees a house.\nThe old woman bought two big horses.\n");
  const std::string target =
      folder.write("target", "Ein Mann sieht ein Haus.\nDie alte Frau kaufte zwei große Pferde.\n");
  const ProgramResult result =
      run_program({"score-pairs", kRun, "--src", source, "--hyp", target, "--threads", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_NEAR(std::stod(lines[0]), -65.117371, 1e-3);
  EXPECT_NEAR(std::stod(lines[1]), -123.249136, 1e-3);
}

TEST(OldRun, ItsCheckpointAndCorpusAreRead) {
  const ProgramResult checkpoint = run_program({"inspect", kRun + "/checkpoints/last"});
  EXPECT_THAT(checkpoint.out, HasSubstr("update: 150\n")) << checkpoint.err;
  EXPECT_THAT(checkpoint.out, HasSubstr("checksums: hold\n"));
  const ProgramResult corpus = run_program({"inspect", kRun + "/data/train-1"});
  EXPECT_THAT(corpus.out, HasSubstr("languages: en-de\n")) << corpus.err;
  EXPECT_THAT(corpus.out, HasSubstr("checksums: hold\n"));
  const ProgramResult run = run_program({"inspect", kRun});
  EXPECT_THAT(run.out, HasSubstr("update: 150\n")) << run.err;
}

TEST(OldRun, GivesAnotherRunItsWeights) {
  const TemporaryFolder folder;
  const ProgramResult result = train(
      folder.file("run"),
      {"--train.initial", kRun, "--vocabulary.file", kRun + "/vocab.model", "--model.dim", "16",
       "--model.feed_forward_dim", "32", "--train.max_updates", "2", "--valid.every", "0"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("weights start from"));
}

}  // namespace
}  // namespace nmt
