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
using ::testing::HasSubstr;

TEST(Train, RunFolderIsComplete) {
  const std::string run = small_run().run;
  for (const char* name :
       {"config.yaml", "vocab.model", "languages.json", "train.jsonl", "train.log",
        "checkpoints/last", "checkpoints/best", "checkpoints/000000120/state.json"})
    EXPECT_TRUE(fs::exists(run + "/" + name)) << name;
  for (const nlohmann::json& event : events(run, "train")) {
    EXPECT_GT(event["target_tokens_per_second"].get<double>(), 0);
    EXPECT_LT(event["padding_percent"].get<double>(), 50);
  }
  EXPECT_EQ(events(run, "train").size(), 12u);
  EXPECT_EQ(events(run, "valid").size(), 6u);
}

TEST(Train, TheLossFalls) {
  const std::vector<nlohmann::json> lines = events(small_run().run, "train");
  EXPECT_LT(lines.back()["nll"].get<double>(), lines.front()["nll"].get<double>() - 0.5);
}

TEST(Train, DataThreadsDoNotChangeTheResult) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = train(run, {"--data.threads", "0"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(tensors(run) == tensors(small_run().run));
}

TEST(Train, TheSavedConfigurationTrainsTheSameModel) {
  const TemporaryFolder folder;
  const std::string run = folder.file("again");
  const ProgramResult result =
      run_program({"train", small_run().run + "/config.yaml", "--run", run, "--threads", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(tensors(run) == tensors(small_run().run));
}

TEST(Train, ARecipeInTheRunFolderIsNotReplaced) {
  const TemporaryFolder folder;
  const std::string recipe = folder.write("config.yaml", read_file(small_run().recipe));
  const ProgramResult result =
      run_program({"train", recipe, "--run", folder.path(), "--check", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("would replace its recipe"), std::string::npos) << result.err;
  EXPECT_EQ(read_file(recipe), read_file(small_run().recipe));
  // With checkpoints it is the run's own, which may be named to continue.
  const std::string run = copy_run(small_run().run, folder);
  const ProgramResult again =
      run_program({"train", run + "/config.yaml", "--run", run, "--threads", "1"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
}

// The run's configuration does not have them.
TEST(Train, OptionsOfAMethodThatIsOffAreNotCompared) {
  const TemporaryFolder folder;
  const std::string recipe =
      folder.write("recipe.yaml", read_file(small_run().recipe) + "doc: {max_tokens: 100}\n");
  for (const char* updates : {"1", "2"}) {
    const ProgramResult result = run_program({"train", recipe, "--run", folder.file("run"),
                                              "--threads", "1", "--train.max_updates", updates});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
}

// It has as many pieces, so every shape fits.
TEST(Train, InitialWeightsOfAnotherVocabularyAreRefused) {
  const TemporaryFolder folder;
  const auto start = [&](const std::string& initial, std::vector<std::string> more) {
    more.insert(more.end(), {"--check", "--train.initial", initial});
    return train(folder.file("run"), more);
  };
  for (const std::string& initial : {small_run().run, small_run().run + "/checkpoints/000000120"}) {
    const ProgramResult other = start(initial, {"--vocabulary.symbols", "@@@"});
    EXPECT_EQ(other.exit_code, 2) << other.err;
    EXPECT_NE(other.err.find("its vocabulary is not that of this run"), std::string::npos)
        << other.err;
  }
  const ProgramResult same =
      start(small_run().run, {"--vocabulary.file", small_run().run + "/vocab.model"});
  EXPECT_EQ(same.exit_code, 0) << same.err;
}

TEST(Train, CheckTrainsNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = train(run, {"--check"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(fs::exists(run + "/checkpoints"));
  // What to do when the largest batch does not fit.
  const ProgramResult smaller = train(run, {"--check", "--data.max_tokens", "300"});
  EXPECT_EQ(smaller.exit_code, 0) << smaller.err;
  EXPECT_EQ(smaller.err.find("preparing"), std::string::npos) << "the data stays: " << smaller.err;
}

TEST(Train, CheckReadsTheTestSets) {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& test) {
    return train(folder.file("run"), {"--check", "--data.test", test});
  };
  const ProgramResult good = check(small_run().text("valid.{}:en-de"));
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_NE(good.err.find("test set valid.en-de: "), std::string::npos) << good.err;
  const ProgramResult missing = check(folder.file("absent.{}:en-de"));
  EXPECT_EQ(missing.exit_code, 1) << missing.err;
  EXPECT_NE(missing.err.find("absent.en"), std::string::npos) << missing.err;
}

// Before the first update another recipe is welcome, and nothing of the first one may be left that
// the run is later read with.
TEST(Train, AnotherRecipeLeavesNoVocabularyOfTheFirst) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const auto models = [&run] {
    return std::pair(fs::exists(run + "/vocab.model"), fs::exists(run + "/target.vocab.model"));
  };
  const std::vector<std::pair<bool, std::vector<std::string>>> recipes = {
      {true, {"--check", "--vocabulary.file", small_run().run + "/vocab.model"}},
      {false, {"--check", "--vocabulary.joint", "false", "--vocabulary.size", "330"}},
      {true, {"--check"}}};
  for (const auto& [joint, more] : recipes) {
    const ProgramResult result = train(run, more);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(models(), std::pair(joint, !joint));
  }
}

TEST(Train, ValidationTextThatTheModelCannotReadIsNamedFirst) {
  const TemporaryFolder folder;
  std::string endless;
  for (int i = 0; i < 40; ++i) endless += "Haus ";
  folder.write("valid.en", "a house\n" + endless + "\n");
  folder.write("valid.de", "ein Haus\n" + endless + "\n");
  const ProgramResult result =
      train(folder.file("run"), {"--check", "--data.max_length", "30", "--model.max_positions",
                                 "32", "--data.valid", folder.file("valid.{}:en-de")});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("pair 2 has"), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("more than model.max_positions = 32"), std::string::npos) << result.err;
}

// Its turn may come hours later.
TEST(Train, TrainingTextThatTheModelCannotReadIsNamedFirst) {
  const TemporaryFolder folder;
  std::string endless;
  for (int i = 0; i < 400; ++i) endless += "Haus ";
  folder.write("long.en", "a house\n" + endless + "\n");
  folder.write("long.de", "ein Haus\n" + endless + "\n");
  const auto check = [&](std::vector<std::string> more) {
    more.insert(more.end(), {"--check", "--model.max_positions", "256", "--data.train",
                             small_run().text("train.{}:en-de"), folder.file("long.{}:en-de")});
    return train(folder.file("run"), more);
  };
  const ProgramResult dropped = check({"--data.max_length", "250"});
  EXPECT_EQ(dropped.exit_code, 0) << dropped.err;
  // With the smaller share an epoch has one of the two pairs.
  for (const char* weight : {"1", "0.0025"}) {
    const ProgramResult refused = check({"--data.max_length", "0", "--data.weights", "1", weight});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_NE(refused.err.find("train-2: pair 2 has"), std::string::npos) << refused.err;
    EXPECT_NE(refused.err.find("more than model.max_positions = 256"), std::string::npos);
  }
}

TEST(Train, ValidationSearchesWhateverTheRecipeDecodesWith) {
  const auto validation = [](const std::vector<std::string>& options) {
    const TemporaryFolder folder;
    std::vector<std::string> more = {"--train.max_updates", "121"};
    more.insert(more.end(), options.begin(), options.end());
    const std::string run = copy_run(small_run().run, folder);
    const ProgramResult result = train(run, more);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return events(run, "valid").back();
  };
  const nlohmann::json plain = validation({});
  EXPECT_EQ(plain["update"], 121);
  EXPECT_EQ(validation({"--decode.sampling", "true", "--decode.temperature", "5", "--decode.n_best",
                        "3", "--decode.beam", "2"}),
            plain);
  EXPECT_NE(validation({"--valid.beam", "5"})["samples"], plain["samples"]);
}

// Training counts it among the run's languages, and so must who translates with the run.
TEST(Train, ALanguageThatOnlyValidationHasStaysKnown) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const std::string text = small_run().text("valid.en") + "," + small_run().text("valid.de");
  const ProgramResult trained =
      train(run, {"--data.valid", text + ":en-nl", "--train.max_updates", "1"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const auto languages = nlohmann::json::parse(read_file(run + "/languages.json"));
  EXPECT_EQ(languages["directions"], nlohmann::json::array({"en-de"}));
  EXPECT_EQ(languages["languages"], nlohmann::json::array({"en", "de", "nl"}));
  const ProgramResult translated = run_program(
      {"translate", run, "--source_language", "en", "--target_language", "nl", "--threads", "1"},
      "A man sees a house.\n");
  EXPECT_EQ(translated.exit_code, 0) << translated.err;
}

TEST(Train, ATeacherWithOtherTagsIsRefused) {
  const TemporaryFolder folder;
  const ProgramResult result =
      train(folder.file("run"), {"--check", "--data.target_tag", "true", "--criterion.kind",
                                 "distillation", "--criterion.teacher", small_run().run,
                                 "--vocabulary.file", small_run().run + "/vocab.model"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("its language tags are not those of"), std::string::npos) << result.err;
}

TEST(Train, OptionsThatContradictEachOtherAreRefused) {
  const TemporaryFolder folder;
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"--train.min_lr", "0.01"}, "train.min_lr = 0.01 is above train.lr = 0.005"},
      {{"--valid.every", "0", "--valid.patience", "2"}, "valid.patience needs valid.every > 0"}};
  for (const auto& [options, message] : cases) {
    const ProgramResult result = train(folder.file("run"), options);
    EXPECT_EQ(result.exit_code, 2);
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST(Train, SeveralProcessesOnCpusNeedAnotherLauncherThanTorchrun) {
  const TemporaryFolder folder;
  std::vector<std::string> command = {"env", "RANK=0", "WORLD_SIZE=2", NMT_PROGRAM};
  const std::vector<std::string> arguments =
      train_arguments(folder.file("run"), {"--device", "cpu"});
  command.insert(command.end(), arguments.begin(), arguments.end());
  const ProgramResult result = run_command(command);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("torchrun starts processes without MPI"));
  EXPECT_THAT(result.err, HasSubstr("Start with mpirun or srun"));
}

TEST(Train, AMissingCorpusIsNamed) {
  const TemporaryFolder folder;
  const ProgramResult result =
      train(folder.file("run"), {"--data.train", "/nonexistent/train.{}:en-de"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("/nonexistent/train."), std::string::npos) << result.err;
}

}  // namespace
}  // namespace nmt
