#include <gtest/gtest.h>

#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;

std::string weights(const std::string& run, const std::string& checkpoint = "last") {
  const std::string folder = run + "/checkpoints/" + checkpoint + "/";
  return read_file(folder + "model.safetensors") + read_file(folder + "ema.safetensors") +
         read_file(folder + "training.safetensors");
}

std::vector<std::string> train(const std::string& run, std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"train", small_run().recipe, "--run",
                                        run,     "--threads",        "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Train, RunFolderIsComplete) {
  const std::string run = small_run().run;
  for (const char* name :
       {"config.yaml", "vocab.model", "languages.json", "train.jsonl", "train.log",
        "checkpoints/last", "checkpoints/best", "checkpoints/000000120/state.json"})
    EXPECT_TRUE(fs::exists(run + "/" + name)) << name;
  int train_events = 0, valid_events = 0;
  for (const std::string& line : lines_of(read_file(run + "/train.jsonl"))) {
    const auto event = nlohmann::json::parse(line);
    train_events += event["event"] == "train";
    valid_events += event["event"] == "valid";
    if (event["event"] == "train") {
      EXPECT_GT(event["target_tokens_per_second"].get<double>(), 0);
      EXPECT_LT(event["padding_percent"].get<double>(), 50);
    }
  }
  EXPECT_EQ(train_events, 12);
  EXPECT_EQ(valid_events, 6);
}

TEST(Train, TheLossFalls) {
  std::vector<double> losses;
  for (const std::string& line : lines_of(read_file(small_run().run + "/train.jsonl"))) {
    const auto event = nlohmann::json::parse(line);
    if (event["event"] == "train") losses.push_back(event["nll"]);
  }
  EXPECT_LT(losses.back(), losses.front() - 0.5);
}

// Killed at many moments, inside of saves too; whatever was lost is done again, and the end is the
// same to the last bit.
TEST(Train, KilledRunsEndBitForBitLikeUndisturbedOnes) {
  const TemporaryFolder folder;
  const std::string run = folder.file("killed");
  int kills = 0;
  for (int delay = 900; kills < 12; delay += 230) {
    const ProgramResult result = run_and_signal(train(run, {"--save.every", "3"}), SIGKILL, delay);
    if (result.exit_code == 0) break;
    ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
    ++kills;
  }
  EXPECT_GE(kills, 2);
  const ProgramResult last = run_program(train(run));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

TEST(Train, SigtermSavesAndTheSameCommandContinues) {
  const TemporaryFolder folder;
  const std::string run = folder.file("stopped");
  const ProgramResult stopped = run_and_signal(train(run, {"--save.every", "1000"}), SIGTERM, 1500);
  EXPECT_EQ(stopped.exit_code, 0) << stopped.err;
  EXPECT_TRUE(fs::exists(run + "/checkpoints/last")) << stopped.err;
  const ProgramResult last = run_program(train(run, {"--save.every", "1000"}));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

TEST(Train, DataThreadsDoNotChangeTheResult) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = run_program(train(run, {"--data.threads", "0"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

TEST(Train, TheSavedConfigurationTrainsTheSameModel) {
  const TemporaryFolder folder;
  const std::string run = folder.file("again");
  const ProgramResult result =
      run_program({"train", small_run().run + "/config.yaml", "--run", run, "--threads", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

TEST(Train, AnotherRecipeIsRefusedByName) {
  const ProgramResult result = run_program(train(small_run().run, {"--train.lr", "0.1"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("train.lr"), std::string::npos) << result.err;
}

TEST(Train, CheckTrainsNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = run_program(train(run, {"--check"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(fs::exists(run + "/checkpoints"));
}

TEST(Train, AMissingCorpusIsNamed) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program(train(folder.file("run"), {"--data.train", "/nonexistent/train.{}:en-de"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("/nonexistent/train.en"), std::string::npos) << result.err;
}

TEST(Train, ADamagedCheckpointIsNamedAndNothingIsLost) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  fs::copy(small_run().run, run, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  const std::string file = run + "/checkpoints/000000120/model.safetensors";
  std::string content = read_file(file);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  write_file(file, content);
  const ProgramResult damaged = run_program(train(run, {"--train.max_updates", "130"}));
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_NE(damaged.err.find("model.safetensors"), std::string::npos) << damaged.err;
  fs::remove_all(run + "/checkpoints/000000120");
  const ProgramResult mended = run_program(train(run));
  ASSERT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

TEST(Train, AccumulationRDropDistillationAndBf16Run) {
  const TemporaryFolder folder;
  const std::vector<std::vector<std::string>> variants = {
      {"--train.accumulate", "2"},
      {"--criterion.kind", "r_drop"},
      {"--criterion.kind", "distillation", "--criterion.teacher", small_run().run,
       "--vocabulary.file", small_run().run + "/vocab.model"},
      {"--train.precision", "bf16", "--train.clip_norm", "1", "--train.optimizer", "adamw"}};
  for (size_t i = 0; i < variants.size(); ++i) {
    std::vector<std::string> arguments =
        train(folder.file(std::to_string(i)), {"--train.max_updates", "4"});
    arguments.insert(arguments.end(), variants[i].begin(), variants[i].end());
    const ProgramResult result = run_program(arguments);
    EXPECT_EQ(result.exit_code, 0) << variants[i][1] << ": " << result.err;
  }
}

// A learning rate that blows the weights up: updates are skipped, reported, and in the end the run
// stops with its last good checkpoints kept.
TEST(Train, NonFiniteUpdatesAreReported) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = run_program(train(
      run, {"--train.lr", "100", "--train.warmup", "0", "--train.epsilon", "0", "--model.norm",
            "post", "--train.log_every", "1", "--train.max_updates", "200", "--valid.every", "0"}));
  // Whether this machine's arithmetic overflows or survives, nothing ends without a word.
  const bool reported = result.err.find("not finite") != std::string::npos;
  EXPECT_TRUE(result.exit_code == 0 || reported) << result.err;
}

}  // namespace
}  // namespace nmt
