#include "nmt/scoring/score_command.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "nmt/scoring/score.h"
#include "tests/temporary_folder.h"

// What sacreBLEU says to command lines is tested by golden_test.cpp; here is what only nmt score
// does.

namespace nmt::scoring {
namespace {

struct Outcome {
  int code;
  std::string output;
  std::string messages;
};

Outcome run(const std::vector<std::string>& arguments, const std::string& input = "") {
  std::istringstream in(input);
  std::ostringstream out;
  std::ostringstream err;
  const int code = run_score_command(arguments, {in, out, err});
  return {code, out.str(), err.str()};
}

class ScoreCommandTest : public testing::Test {
 protected:
  void SetUp() override { reference_ = temporary_.write("reference", "a b c d e\n"); }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_{temporary_.path()};
  std::string reference_;
};

TEST_F(ScoreCommandTest, NamesItsOwnVersion) {
  const auto outcome = run({reference_, "-f", "text"}, "a b c d e\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_NE(outcome.output.find("|version:2.6.0-nmt."), std::string::npos) << outcome.output;
  EXPECT_EQ(run({"--version"}).output, "nmt score " + signature_version() + "\n");
}

TEST_F(ScoreCommandTest, HelpsWithEveryOption) {
  const auto outcome = run({"-h"});
  EXPECT_EQ(outcome.code, 0);
  for (const char* option : {"--input", "--metrics", "--smooth-method", "--chrf-beta", "--width",
                             "--spm-model", "--dictionary", "flores200"}) {
    EXPECT_NE(outcome.output.find(option), std::string::npos) << option;
  }
}

TEST_F(ScoreCommandTest, NamesOfFilesNeedNotBeUtf8) {
  const std::string first = temporary_.write("first", "a b c d x\n");
  const std::string second = temporary_.write("second\xff.de", "a b c d e\n");
  for (const std::vector<std::string>& test :
       std::vector<std::vector<std::string>>{{}, {"--paired-bs", "--paired-bs-n", "10"}}) {
    std::vector<std::string> arguments = {reference_, "-i", first, second, "-m", "bleu"};
    arguments.insert(arguments.end(), test.begin(), test.end());
    const auto outcome = run(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.messages;
    EXPECT_NE(outcome.output.find("second\\ufffd.de\""), std::string::npos) << outcome.output;
  }
}

TEST_F(ScoreCommandTest, NeedsASystem) {
  const auto outcome = run({reference_, "-i"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.messages.find("no system"), std::string::npos) << outcome.messages;
}

TEST_F(ScoreCommandTest, SaysWhichStreamsDifferInLength) {
  const auto outcome = run({reference_}, "a b\nc\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.messages.find("'System 1' has 2 lines, reference '" + reference_ + "' has 1:"),
            std::string::npos)
      << outcome.messages;
  const auto empty = run({reference_, "-i", temporary_.write("empty", "")});
  EXPECT_NE(empty.messages.find("empty' has no lines"), std::string::npos) << empty.messages;
}

TEST_F(ScoreCommandTest, PrintsPairedResultsThatPythonCannot) {
  // sacreBLEU dies of NumPy's numbers here.
  const auto outcome = run({reference_, "-m", "chrf", "ter", "--paired-bs"}, "a b\tc d\n");
  EXPECT_EQ(outcome.code, 0) << outcome.messages;
  EXPECT_NE(outcome.output.find("\"p_value\": "), std::string::npos) << outcome.output;
}

TEST_F(ScoreCommandTest, ColoursTerminalsOnly) {
  std::istringstream in("a b c d f\ta b c\n");
  std::ostringstream out;
  std::ostringstream err;
  const std::vector<std::string> arguments = {reference_, "-f", "text", "--paired-ar"};
  run_score_command(arguments, {in, out, err, OutputKind::kTerminal});
  EXPECT_NE(out.str().find("\033[36mBLEU\033[0m"), std::string::npos) << out.str();
  EXPECT_NE(out.str().find("\033[31m"), std::string::npos) << out.str();
  EXPECT_EQ(run(arguments, "a b c d f\ta b c\n").output.find('\033'), std::string::npos);
}

TEST_F(ScoreCommandTest, WorksWithAnyNumberOfThreads) {
  const std::string systems = "a b c d f\ta b c\n";
  const std::vector<std::string> one = {reference_, "--paired-bs", "-m", "bleu", "chrf", "-q"};
  for (const char* threads : {"0", "2", "5", "1000000"}) {
    std::vector<std::string> several = one;
    several.insert(several.end(), {"-j", threads});
    EXPECT_EQ(run(several, systems).output, run(one, systems).output);
  }
  EXPECT_EQ(run({reference_, "-j", "-1"}, "a\n").code, 1);
}

TEST_F(ScoreCommandTest, SaysWhereInputIsNotText) {
  const auto outcome = run({reference_}, "a b \xFF c\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.messages.find("<stdin>:1: invalid UTF-8 at byte 5"), std::string::npos)
      << outcome.messages;
}

TEST_F(ScoreCommandTest, SaysWhatAMissingModelIsFor) {
  setenv("SACREBLEU", folder_.c_str(), 1);
  const auto outcome = run({reference_, "-tok", "flores200"}, "a\n");
  unsetenv("SACREBLEU");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.messages.find("--spm-model of nmt score"), std::string::npos)
      << outcome.messages;
  const auto japanese = run({reference_, "-l", "en-ja", "--dictionary", folder_.string()}, "a\n");
  EXPECT_EQ(japanese.code, 1);
  EXPECT_NE(japanese.messages.find("MeCab"), std::string::npos) << japanese.messages;
  EXPECT_EQ(run({reference_, "-l", "en-ko"}, "a\n").code, 1);
}

TEST_F(ScoreCommandTest, RefusesNumbersThatNoMachineHasRoomFor) {
  const auto refuses = [this](std::vector<std::string> options, int code,
                              const std::string& message) {
    options.insert(options.begin(), reference_);
    const auto outcome = run(options, "a b\n");
    EXPECT_EQ(outcome.code, code) << message;
    EXPECT_NE(outcome.messages.find(message), std::string::npos) << outcome.messages;
  };
  refuses({"-nr", "2000000000"}, 17, "expected 2000000000 fields, but found 1");
  refuses({"-w", "2000000000"}, 1, "cannot have 2000000000 decimals");
  refuses({"-ci", "-cin", "2000000000"}, 1, "Draw up to 10000000");
  refuses({"-m", "chrf", "-cc", "1000000000"}, 1, "Use orders from 0 to 1000");
  refuses({"-m", "chrf", "-cw", "1000000000"}, 1, "Use orders from 0 to 1000");
}

TEST_F(ScoreCommandTest, RefusesAModelThatTheTokenizerDoesNotUse) {
  const auto refuses = [this](std::vector<std::string> options, const std::string& message) {
    options.insert(options.begin(), reference_);
    const auto outcome = run(options, "a b\n");
    EXPECT_EQ(outcome.code, 2) << message;
    EXPECT_NE(outcome.messages.find(message), std::string::npos) << outcome.messages;
  };
  const std::string model = "uses no SentencePiece model", dictionary = "uses no MeCab dictionary";
  refuses({"--spm-model", reference_}, "--spm-model: the tokenizer 13a " + model);
  refuses({"-l", "en-ja", "--spm-model", reference_}, "the tokenizer ja-mecab " + model);
  refuses({"--dictionary", folder_.string()}, "--dictionary: the tokenizer 13a " + dictionary);
  refuses({"-tok", "spm", "--dictionary", folder_.string()}, "the tokenizer spm " + dictionary);
  refuses({"-tok", "spm", "--spm-model", reference_, "--dictionary", folder_.string()}, dictionary);
}

TEST_F(ScoreCommandTest, ItsOwnOptionsLeaveSacrebleuItsBeginnings) {
  for (const char* beginning : {"--m", "--me", "--metr"}) {
    const auto outcome = run({reference_, beginning, "chrf", "-b"}, "a b c d e\n");
    EXPECT_EQ(outcome.code, 0) << outcome.messages;
    EXPECT_EQ(outcome.output, "100.0\n") << beginning;
  }
  EXPECT_EQ(run({reference_, "--det", "-b"}, "a b c d e\n").code, 0);
}

TEST_F(ScoreCommandTest, FilesWithoutLinesHaveAnyNumberOfColumns) {
  const auto outcome = run({temporary_.write("empty", ""), "-nr", "2"}, "a b\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.messages.find("different lengths"), std::string::npos) << outcome.messages;
}

}  // namespace
}  // namespace nmt::scoring
