// Trainings that stop and continue.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/file_lock.h"
#include "nmt/training/run_folder.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

bool is_saving(const std::string& run) {
  if (!fs::exists(run + "/checkpoints")) return false;
  return std::ranges::any_of(fs::directory_iterator(run + "/checkpoints"), [](const auto& entry) {
    return entry.path().filename().string().starts_with(".saving-");
  });
}

// Killed whenever it has come further, now after a save and now inside of the next one; whatever
// was lost is done again, and the end is the same to the last bit.
TEST(Resume, KilledRunsEndBitForBitLikeUndisturbedOnes) {
  const TemporaryFolder folder;
  const RunFolder run(folder.file("killed"));
  const auto command = train_arguments(run.path(), {"--save.every", "3"});
  int64_t reached = 0;
  for (const bool inside : {false, true, false, true}) {
    const ProgramResult killed = run_and_signal(command, SIGKILL, [&] {
      const std::vector<int64_t> saved = run.updates();
      return !saved.empty() && saved.back() > reached && (!inside || is_saving(run.path()));
    });
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.err;
    reached = run.updates().back();
  }
  const ProgramResult last = train(run.path());
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(last.err.find("may differ"), std::string::npos) << last.err;
  const std::vector<nlohmann::json> starts = events(run.path(), "start");
  EXPECT_GE(std::ranges::count_if(starts, [](const auto& start) { return start["update"] > 0; }),
            2);
  EXPECT_TRUE(tensors(run.path()) == tensors(small_run().run));
}

TEST(Resume, SigtermSavesAndTheSameCommandContinues) {
  const TemporaryFolder folder;
  const std::string run = folder.file("stopped");
  const auto command = train_arguments(run, {"--save.every", "1000", "--valid.every", "0"});
  const ProgramResult stopped =
      run_and_signal(command, SIGTERM, [&] { return !events(run, "train").empty(); });
  EXPECT_EQ(stopped.exit_code, 128 + SIGTERM) << stopped.err;
  EXPECT_NE(stopped.err.find("the same command continues"), std::string::npos) << stopped.err;
  EXPECT_TRUE(fs::exists(run + "/checkpoints/last")) << stopped.err;
  EXPECT_FALSE(fs::exists(run + "/checkpoints/000000120")) << stopped.err;
  const ProgramResult last = run_program(command);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(tensors(run) == tensors(small_run().run));
}

// Every update is followed by a validation, which takes much longer: the signal comes within one.
TEST(Resume, SigtermDuringValidationFinishesItAndLosesNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("stopped");
  const auto command =
      train_arguments(run, {"--valid.every", "1", "--save.every", "1000", "--train.max_updates",
                            "40", "--train.log_every", "1"});
  const ProgramResult stopped = run_and_signal(command, SIGTERM, [&] {
    const size_t validations = events(run, "valid").size();
    return validations > 1 && events(run, "train").size() > validations;
  });
  EXPECT_EQ(stopped.exit_code, 128 + SIGTERM) << stopped.err;
  EXPECT_EQ(events(run, "valid").size(), events(run, "train").size());
  EXPECT_LT(events(run, "train").size(), 40u);
  const ProgramResult last = run_program(command);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(events(run, "valid").size(), 40u);
  EXPECT_EQ(events(run, "train").size(), 40u);
}

// With all that draws random numbers, keeps state or sums in another way.
TEST(Resume, ThreeUpdatesAndThreeMoreAreSix) {
  const TemporaryFolder folder;
  const std::vector<std::vector<std::string>> recipes = {
      {"--criterion.kind", "r_drop", "--train.accumulate", "2", "--model.layer_dropout", "0.3",
       "--model.word_dropout", "0.1", "--model.attention_dropout", "0.1",
       "--model.activation_dropout", "0.1"},
      {"--criterion.kind", "distillation", "--criterion.teacher", small_run().run,
       "--vocabulary.file", small_run().run + "/vocab.model", "--train.precision", "bf16"},
      {"--vocabulary.type", "bpe", "--data.unigram_alpha", "0", "--data.bpe_dropout", "0.1",
       "--train.optimizer", "adamw", "--train.weight_decay", "0.01", "--train.clip_norm", "0.5",
       "--train.ema", "0"}};
  for (const std::vector<std::string>& recipe : recipes) {
    const auto updates = [&recipe](const std::string& run, const char* number) {
      std::vector<std::string> more = {"--train.max_updates", number, "--valid.samples", "0"};
      more.insert(more.end(), recipe.begin(), recipe.end());
      const ProgramResult result = train(run, more);
      EXPECT_EQ(result.exit_code, 0) << recipe[1] << ": " << result.err;
    };
    const std::string halves = folder.file(recipe[1] + "-halves"),
                      whole = folder.file(recipe[1] + "-whole");
    updates(halves, "3");
    updates(halves, "6");
    updates(whole, "6");
    EXPECT_TRUE(tensors(halves) == tensors(whole)) << recipe[1];
  }
}

TEST(Resume, WhatChangesTheResultIsWarnedOf) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program({"train", small_run().recipe, "--run", copy_run(small_run().run, folder),
                   "--threads", "2", "--train.accumulate", "2", "--train.max_updates", "121"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err,
              HasSubstr("1 threads, LibTorch " TORCH_VERSION "; here the last digits may differ"));
  EXPECT_THAT(result.err, HasSubstr("an update was made of 1 batches (train.accumulate × "
                                    "processes), and is now made of 2"));
}

TEST(Resume, AnotherRecipeIsRefusedByName) {
  const ProgramResult result = train(small_run().run, {"--train.lr", "0.1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("train.lr"), std::string::npos) << result.err;
}

TEST(Resume, ARunInUseIsLeftAlone) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  const FileLock other(run.lock(), "");
  const ProgramResult result = run_program({"train", small_run().recipe, "--run", folder.path()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("in use by process"), std::string::npos) << result.err;
  EXPECT_FALSE(run.exists());
}

// Of as many bytes and of others, prepared in the run folder and in a store of several runs.
TEST(Resume, ARunIsNotContinuedOnOtherText) {
  for (const bool own_store : {true, false}) {
    const TemporaryFolder folder;
    for (const char* language : {"en", "de"})
      fs::copy(small_run().text("train.") + language,
               folder.file(std::string("train.") + language));
    const std::string run = folder.file("run");
    const auto updates = [&](const char* number) {
      std::vector<std::string> more = {"--data.train", folder.file("train.{}:en-de"),
                                       "--train.max_updates", number};
      if (!own_store) more.insert(more.end(), {"--data.store", folder.file("store")});
      return train(run, more);
    };
    ASSERT_EQ(updates("2").exit_code, 0);
    const std::string vocabulary = read_file(run + "/vocab.model"), trained = tensors(run);
    const std::string text = read_file(folder.file("train.de"));
    std::vector<std::string> lines = lines_of(text);
    std::swap(lines.front(), lines.back());
    std::string swapped;
    for (const std::string& line : lines) swapped += line + "\n";
    ASSERT_EQ(swapped.size(), text.size());
    for (const std::string& other : {swapped, text + lines.front() + "\n"}) {
      write_file(folder.file("train.de"), other);
      const ProgramResult refused = updates("4");
      EXPECT_EQ(refused.exit_code, 1);
      EXPECT_NE(refused.err.find("train.de: this is not the text that was begun with"),
                std::string::npos)
          << refused.err;
      EXPECT_TRUE(read_file(run + "/vocab.model") == vocabulary);
      EXPECT_TRUE(tensors(run) == trained);
    }
    write_file(folder.file("train.de"), text);
    const ProgramResult continued = updates("4");
    EXPECT_EQ(continued.exit_code, 0) << continued.err;
    EXPECT_EQ(continued.err.find("preparing"), std::string::npos) << continued.err;
  }
}

// Of a run of an earlier version nobody knows on which text it began; its vocabulary is its own.
TEST(Resume, ARunKeepsItsVocabulary) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(train(run, {"--train.max_updates", "2"}).exit_code, 0);
  const std::string vocabulary = read_file(run + "/vocab.model");
  fs::remove(run + "/corpora.json");
  write_file(run + "/vocab.model.json", "{}");
  const ProgramResult continued = train(run, {"--train.max_updates", "4"});
  EXPECT_EQ(continued.exit_code, 0) << continued.err;
  EXPECT_EQ(continued.err.find("training a unigram vocabulary"), std::string::npos)
      << continued.err;
  EXPECT_TRUE(read_file(run + "/vocab.model") == vocabulary);
  EXPECT_TRUE(fs::exists(run + "/corpora.json"));
}

TEST(Resume, AnEarlyStoppedRunStaysStopped) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  // So large a rate that the loss rises.
  const auto command =
      train_arguments(run, {"--train.lr", "3", "--train.warmup", "1", "--valid.every", "1",
                            "--valid.patience", "2", "--valid.metric", "loss"});
  const ProgramResult stopped = run_program(command);
  ASSERT_EQ(stopped.exit_code, 0) << stopped.err;
  ASSERT_NE(stopped.err.find("no improvement in 2 validations"), std::string::npos) << stopped.err;
  const std::string log = read_file(run + "/train.jsonl"), trained = tensors(run);
  const ProgramResult again = run_program(command);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("no improvement in 2 validations"), std::string::npos) << again.err;
  EXPECT_EQ(read_file(run + "/train.jsonl"), log);
  EXPECT_TRUE(tensors(run) == trained);
}

TEST(Resume, ADamagedCheckpointIsNamedAndNothingIsLost) {
  const TemporaryFolder folder;
  const std::string run = copy_run(small_run().run, folder);
  const std::string file = run + "/checkpoints/000000120/model.safetensors";
  std::string content = read_file(file);
  content[content.size() / 2] = static_cast<char>(content[content.size() / 2] ^ 1);
  write_file(file, content);
  const ProgramResult damaged = train(run, {"--train.max_updates", "130"});
  EXPECT_EQ(damaged.exit_code, 1);
  EXPECT_NE(damaged.err.find("model.safetensors"), std::string::npos) << damaged.err;
  fs::remove_all(run + "/checkpoints/000000120");
  const ProgramResult mended = train(run);
  ASSERT_EQ(mended.exit_code, 0) << mended.err;
  EXPECT_TRUE(tensors(run) == tensors(small_run().run));
}

TEST(Resume, ACheckpointOfANewerFormatIsRefused) {
  const TemporaryFolder folder;
  const std::string run = copy_run(small_run().run, folder);
  for (const char* update : {"last", "best"}) {
    const std::string file = run + "/checkpoints/" + update + "/state.json";
    auto state = nlohmann::json::parse(read_file(file));
    state["format_version"] = 2;
    write_file(file, state.dump());
  }
  for (const ProgramResult& result : {train(run, {"--train.max_updates", "121"}),
                                      run_program({"translate", run}, "A house.\n")}) {
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_THAT(result.err, HasSubstr("state.json: checkpoint format 2 is newer than this "
                                      "program's (1)"));
  }
}

}  // namespace
}  // namespace nmt
