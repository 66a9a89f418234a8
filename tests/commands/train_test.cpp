#include <gtest/gtest.h>

#include <chrono>
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
  const auto command = train(run, {"--save.every", "3"});
  int kills = 0;
  for (int delay = 900; kills < 12; delay += 230) {
    const auto start = std::chrono::steady_clock::now();
    const ProgramResult result = run_and_signal(command, SIGKILL, [start, delay] {
      return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(delay);
    });
    if (result.exit_code == 0) break;
    ASSERT_EQ(result.exit_code, 128 + SIGKILL) << result.err;
    ++kills;
  }
  EXPECT_GE(kills, 2);
  const ProgramResult last = run_program(train(run));
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

int count_events(const std::string& run, const std::string& name) {
  if (!fs::exists(run + "/train.jsonl")) return 0;
  int count = 0;
  for (const std::string& line : lines_of(read_file(run + "/train.jsonl")))
    count += line.find("\"event\":\"" + name + "\"") != std::string::npos;
  return count;
}

TEST(Train, SigtermSavesAndTheSameCommandContinues) {
  const TemporaryFolder folder;
  const std::string run = folder.file("stopped");
  const auto command = train(run, {"--save.every", "1000", "--valid.every", "0"});
  const ProgramResult stopped =
      run_and_signal(command, SIGTERM, [&] { return count_events(run, "train") > 0; });
  EXPECT_EQ(stopped.exit_code, 128 + SIGTERM) << stopped.err;
  EXPECT_NE(stopped.err.find("the same command continues"), std::string::npos) << stopped.err;
  EXPECT_TRUE(fs::exists(run + "/checkpoints/last")) << stopped.err;
  EXPECT_FALSE(fs::exists(run + "/checkpoints/000000120")) << stopped.err;
  const ProgramResult last = run_program(command);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_TRUE(weights(run) == weights(small_run().run));
}

// Every update is followed by a validation, which takes much longer: the signal comes within one.
TEST(Train, SigtermDuringValidationFinishesItAndLosesNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("stopped");
  const auto command = train(run, {"--valid.every", "1", "--save.every", "1000",
                                   "--train.max_updates", "40", "--train.log_every", "1"});
  const ProgramResult stopped = run_and_signal(command, SIGTERM, [&] {
    return count_events(run, "train") > count_events(run, "valid") &&
           count_events(run, "valid") > 1;
  });
  EXPECT_EQ(stopped.exit_code, 128 + SIGTERM) << stopped.err;
  EXPECT_EQ(count_events(run, "valid"), count_events(run, "train"));
  EXPECT_LT(count_events(run, "train"), 40);
  const ProgramResult last = run_program(command);
  ASSERT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(count_events(run, "valid"), 40);
  EXPECT_EQ(count_events(run, "train"), 40);
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

TEST(Train, ARecipeInTheRunFolderIsNotReplaced) {
  const TemporaryFolder folder;
  const std::string recipe = folder.write("config.yaml", read_file(small_run().recipe));
  const ProgramResult result =
      run_program({"train", recipe, "--run", folder.path(), "--check", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("would replace its recipe"), std::string::npos) << result.err;
  EXPECT_EQ(read_file(recipe), read_file(small_run().recipe));
  // With checkpoints it is the run's own, which may be named to continue.
  const std::string run = folder.file("run");
  fs::copy(small_run().run, run, fs::copy_options::recursive | fs::copy_options::copy_symlinks);
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
    std::vector<std::string> words = {"train",   small_run().recipe, "--run", folder.file("run"),
                                      "--check", "--threads",        "1",     "--train.initial",
                                      initial};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
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

TEST(Train, ARunInUseIsLeftAlone) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  const FileLock other(run.lock(), "");
  const ProgramResult result = run_program({"train", small_run().recipe, "--run", folder.path()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("in use by process"), std::string::npos) << result.err;
  EXPECT_FALSE(run.exists());
}

TEST(Train, CheckTrainsNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result = run_program(train(run, {"--check"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(fs::exists(run + "/checkpoints"));
  // What to do when the largest batch does not fit.
  const ProgramResult smaller = run_program(train(run, {"--check", "--data.max_tokens", "300"}));
  EXPECT_EQ(smaller.exit_code, 0) << smaller.err;
  EXPECT_EQ(smaller.err.find("preparing"), std::string::npos) << "the data stays: " << smaller.err;
}

TEST(Train, CheckReadsTheTestSets) {
  const TemporaryFolder folder;
  const auto check = [&](const std::string& test) {
    return run_program(train(folder.file("run"), {"--check", "--data.test", test}));
  };
  const ProgramResult good = check(small_run().text("valid.{}:en-de"));
  EXPECT_EQ(good.exit_code, 0) << good.err;
  EXPECT_NE(good.err.find("test set valid.en-de: "), std::string::npos) << good.err;
  const ProgramResult missing = check(folder.file("absent.{}:en-de"));
  EXPECT_EQ(missing.exit_code, 1) << missing.err;
  EXPECT_NE(missing.err.find("absent.en"), std::string::npos) << missing.err;
}

// Of as many bytes and of others, prepared in the run folder and in a store of several runs.
TEST(Train, ARunIsNotContinuedOnOtherText) {
  for (const bool own_store : {true, false}) {
    const TemporaryFolder folder;
    for (const char* language : {"en", "de"})
      fs::copy(small_run().text("train.") + language,
               folder.file(std::string("train.") + language));
    const std::string run = folder.file("run");
    const auto updates = [&](const char* number) {
      std::vector<std::string> words = train(
          run, {"--data.train", folder.file("train.{}:en-de"), "--train.max_updates", number});
      if (!own_store) words.insert(words.end(), {"--data.store", folder.file("store")});
      return run_program(words);
    };
    ASSERT_EQ(updates("2").exit_code, 0);
    const std::string vocabulary = read_file(run + "/vocab.model"), trained = weights(run);
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
      EXPECT_TRUE(weights(run) == trained);
    }
    write_file(folder.file("train.de"), text);
    const ProgramResult continued = updates("4");
    EXPECT_EQ(continued.exit_code, 0) << continued.err;
    EXPECT_EQ(continued.err.find("preparing"), std::string::npos) << continued.err;
  }
}

// Of a run of an earlier version nobody knows on which text it began; its vocabulary is its own.
TEST(Train, ARunKeepsItsVocabulary) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  ASSERT_EQ(run_program(train(run, {"--train.max_updates", "2"})).exit_code, 0);
  const std::string vocabulary = read_file(run + "/vocab.model");
  fs::remove(run + "/corpora.json");
  write_file(run + "/vocab.model.json", "{}");
  const ProgramResult continued = run_program(train(run, {"--train.max_updates", "4"}));
  EXPECT_EQ(continued.exit_code, 0) << continued.err;
  EXPECT_EQ(continued.err.find("training a unigram vocabulary"), std::string::npos)
      << continued.err;
  EXPECT_TRUE(read_file(run + "/vocab.model") == vocabulary);
  EXPECT_TRUE(fs::exists(run + "/corpora.json"));
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
    const ProgramResult result = run_program(train(run, more));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(models(), std::pair(joint, !joint));
  }
}

TEST(Train, AnEarlyStoppedRunStaysStopped) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  // So large a rate that the loss rises.
  const auto command = train(run, {"--train.lr", "3", "--train.warmup", "1", "--valid.every", "1",
                                   "--valid.patience", "2", "--valid.metric", "loss"});
  const ProgramResult stopped = run_program(command);
  ASSERT_EQ(stopped.exit_code, 0) << stopped.err;
  ASSERT_NE(stopped.err.find("no improvement in 2 validations"), std::string::npos) << stopped.err;
  const std::string log = read_file(run + "/train.jsonl"), trained = weights(run);
  const ProgramResult again = run_program(command);
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_NE(again.err.find("no improvement in 2 validations"), std::string::npos) << again.err;
  EXPECT_EQ(read_file(run + "/train.jsonl"), log);
  EXPECT_TRUE(weights(run) == trained);
}

TEST(Train, ValidationTextThatTheModelCannotReadIsNamedFirst) {
  const TemporaryFolder folder;
  std::string endless;
  for (int i = 0; i < 40; ++i) endless += "Haus ";
  folder.write("valid.en", "a house\n" + endless + "\n");
  folder.write("valid.de", "ein Haus\n" + endless + "\n");
  const ProgramResult result = run_program(
      train(folder.file("run"), {"--check", "--data.max_length", "30", "--model.max_positions",
                                 "32", "--data.valid", folder.file("valid.{}:en-de")}));
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
    std::vector<std::string> words = train(
        folder.file("run"), {"--check", "--model.max_positions", "256", "--data.train",
                             small_run().text("train.{}:en-de"), folder.file("long.{}:en-de")});
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
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

// Training counts it among the run's languages, and so must who translates with the run.
TEST(Train, ALanguageThatOnlyValidationHasStaysKnown) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const std::string text = small_run().text("valid.en") + "," + small_run().text("valid.de");
  const ProgramResult trained =
      run_program(train(run, {"--data.valid", text + ":en-nl", "--train.max_updates", "1"}));
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
  const ProgramResult result = run_program(
      train(folder.file("run"), {"--check", "--data.target_tag", "true", "--criterion.kind",
                                 "distillation", "--criterion.teacher", small_run().run,
                                 "--vocabulary.file", small_run().run + "/vocab.model"}));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("its language tags are not those of"), std::string::npos) << result.err;
}

TEST(Train, AMissingCorpusIsNamed) {
  const TemporaryFolder folder;
  const ProgramResult result =
      run_program(train(folder.file("run"), {"--data.train", "/nonexistent/train.{}:en-de"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_NE(result.err.find("/nonexistent/train."), std::string::npos) << result.err;
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
      {"--decode.sampling", "true", "--decode.top_k", "5", "--decode.temperature", "0.7"},
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

}  // namespace
}  // namespace nmt
