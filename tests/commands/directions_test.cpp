// A run of several directions, from training to scores.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// Both directions, told apart by the target's tag. Its vocabulary has an <unk> instead of bytes.
const std::string& two_way_run() {
  static const std::string run = [] {
    std::string folder = small_run().folder + "/two-way";
    std::vector<std::string> more = {
        "--data.target_tag", "true", "--vocabulary.byte_fallback", "false",
        "--vocabulary.size", "200",  "--train.max_updates",        "200",
        "--valid.every",     "0"};
    for (const std::string set : {"train", "valid", "test"})
      more.insert(more.end(), {"--data." + set, small_run().text(set + ".{}:en-de"),
                               small_run().text(set + ".{}:de-en")});
    const ProgramResult result = train(folder, more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return folder;
  }();
  return run;
}

ProgramResult translate(const std::vector<std::string>& more) {
  std::vector<std::string> arguments = {"translate", two_way_run(), "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return run_program(arguments, first_lines(8));
}

TEST(Directions, MustBeChosenFrom) {
  const ProgramResult result = translate({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, AllOf(HasSubstr("the run has several directions"),
                                HasSubstr("trained: en-de, de-en")));
}

TEST(Directions, ALanguageThatOnlyOneHasChoosesIt) {
  const ProgramResult german = translate({"--target_language", "de"});
  ASSERT_EQ(german.exit_code, 0) << german.err;
  const ProgramResult english = translate({"--target_language", "en"});
  ASSERT_EQ(english.exit_code, 0) << english.err;
  EXPECT_NE(german.out, english.out);
  EXPECT_EQ(german.out, translate({"--source_language", "en"}).out);
}

/// The mean negative log-probability of a validation set's target tokens, by forced decoding. Each
/// line has so many symbols besides its pieces: EOS, and a tag where the run has them.
double scored_nll(const std::string& run, int set, const std::string& source,
                  const std::string& target, int symbols) {
  const ProgramResult scored = run_program({"score-pairs", run, "--checkpoint", "last", "--threads",
                                            "1", "--source_language", source, "--target_language",
                                            target, "--src", small_run().text("valid." + source),
                                            "--hyp", small_run().text("valid." + target)});
  EXPECT_EQ(scored.exit_code, 0) << scored.err;
  double sum = 0;
  const std::vector<std::string> lines = lines_of(scored.out);
  for (const std::string& line : lines) sum += std::stod(line);
  const auto manifest = nlohmann::json::parse(
      read_file(run + "/data/valid-" + std::to_string(set) + "/manifest.json"));
  EXPECT_EQ(lines.size(), manifest["sentences"].get<size_t>());
  const double tokens =
      manifest["tokens"][1].get<double>() + symbols * static_cast<double>(lines.size());
  return -sum / tokens;
}

double validation_nll(const std::string& run) {
  return events(run, "valid").back()["nll"];
}

// Forced decoding through its own batches gives what teacher forcing gave in validation.
TEST(ScorePairs, GivesTheValidationLoss) {
  const std::string run = small_run().run;
  EXPECT_NEAR(scored_nll(run, 1, "en", "de", 1), validation_nll(run), 1e-4);
}

TEST(ScorePairs, GivesTheValidationLossOfEachDirection) {
  const std::string run = two_way_run();
  const double german = scored_nll(run, 1, "en", "de", 2),
               english = scored_nll(run, 2, "de", "en", 2);
  EXPECT_NEAR((german + english) / 2, validation_nll(run), 1e-4);
}

TEST(Evaluate, TakesTestSetsByName) {
  const TemporaryFolder folder;
  const std::string run = copy_run(two_way_run(), folder);
  const auto evaluate = [&run](const std::string& sets) {
    return run_program({"evaluate", run, "--threads", "1", "--decode.beam", "1", "--sets", sets});
  };
  const ProgramResult unknown = evaluate("news");
  EXPECT_EQ(unknown.exit_code, 2);
  EXPECT_THAT(unknown.err, AllOf(HasSubstr("there is no test set 'news'"),
                                 HasSubstr("There are: test.en-de, test.de-en.")));
  const ProgramResult one = evaluate("test.de-en");
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(lines_of(one.out), AllOf(SizeIs(2), Each(StartsWith("test.de-en\t"))));
  EXPECT_TRUE(fs::exists(run + "/references.test.de-en.txt"));
  EXPECT_FALSE(fs::exists(run + "/references.test.en-de.txt"));
}

TEST(Evaluate, TestSetsOfOneNameAreRefused) {
  const TemporaryFolder folder;
  const ProgramResult result =
      train(folder.file("run"), {"--check", "--data.test", small_run().text("test.{}:en-de"),
                                 folder.file("test.{}.gz:en-de")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("would both be called test.en-de"));
}

// So hot that every piece is about as probable as any other.
TEST(Translate, NeverDrawsWhatIsNoText) {
  const ProgramResult result =
      translate({"--target_language", "de", "--format", "nbest", "--decode.sampling", "true",
                 "--decode.temperature", "100", "--decode.n_best", "20"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(lines_of(result.out), SizeIs(8 * 20));
  EXPECT_THAT(result.out, Not(HasSubstr("⁇")));
}

}  // namespace
}  // namespace nmt
