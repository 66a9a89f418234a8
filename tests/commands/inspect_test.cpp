#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "data/corpus_store.h"
#include "nmt/report/html_text.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

nlohmann::json inspect(const std::string& path) {
  const ProgramResult result = run_program({"inspect", path, "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return nlohmann::json::parse(result.out);
}

TEST(Inspect, RunCheckpointAndCorpus) {
  const nlohmann::json run = inspect(small_run().run);
  EXPECT_EQ(run["kind"], "run");
  EXPECT_EQ(run["update"], 120);
  EXPECT_EQ(run["validations"].size(), 6u);
  const nlohmann::json checkpoint = inspect(small_run().run + "/checkpoints/last");
  EXPECT_EQ(checkpoint["kind"], "checkpoint");
  EXPECT_EQ(checkpoint["moving_average"], true);
  EXPECT_GT(checkpoint["parameters"], 10000);
  const nlohmann::json corpus = inspect(small_run().run + "/data/train-1");
  EXPECT_EQ(corpus["kind"], "corpus");
  EXPECT_EQ(corpus["languages"], "en-de");
}

TEST(Inspect, ARunThatWasNeverValidatedHasNoBest) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  std::string recipe = read_file(small_run().recipe);
  const size_t line = recipe.find("  valid: [");
  recipe.erase(line, recipe.find('\n', line) + 1 - line);
  const ProgramResult result = run_program({"train", folder.write("recipe.yaml", recipe), "--run",
                                            run, "--threads", "1", "--train.max_updates", "2"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_FALSE(inspect(run).contains("best"));
  EXPECT_TRUE(inspect(small_run().run).contains("best"));
}

// One bit in any file of a stored corpus, and the file is named.
TEST(Inspect, ADamagedCorpusIsNamed) {
  const TemporaryFolder folder;
  for (const auto& entry : fs::directory_iterator(small_run().run + "/data/train-1")) {
    const std::string name = entry.path().filename();
    const std::string copy = folder.file(text(name, ".corpus"));
    fs::copy(small_run().run + "/data/train-1", copy);
    const std::string damaged = text(copy, "/", name);
    std::string bytes = read_file(damaged);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 4);
    write_file(damaged, bytes);
    const ProgramResult result = run_program({"inspect", copy});
    EXPECT_EQ(result.exit_code, 1) << name << " " << result.out;
    EXPECT_THAT(result.err, HasSubstr(name));
  }
}

TEST(Inspect, ATruncatedCorpusIsNamed) {
  const TemporaryFolder folder;
  const std::string copy = folder.file("corpus");
  fs::copy(small_run().run + "/data/train-1", copy);
  fs::resize_file(copy + "/target.ids", fs::file_size(copy + "/target.ids") - 8);
  const ProgramResult result = run_program({"inspect", copy});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("target.ids"));
}

TEST(Inspect, WhatIsNothingIsSaid) {
  const ProgramResult result = run_program({"inspect", "/nonexistent"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("is no run folder, checkpoint or stored corpus"));
}

std::string page_of(const std::string& run) {
  const TemporaryFolder folder;
  const ProgramResult result = run_program({"inspect", run, "--html", folder.file("run.html")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, HasSubstr("kind: run"));
  return read_file(folder.file("run.html"));
}

TEST(InspectPage, ShowsATrainedRunWithItsTranslations) {
  const std::string page = page_of(small_run().run);
  for (const char* part : {"of 120 updates", "1 thread; LibTorch", "en-de: ", "BLEU at the best",
                           "<figcaption>Loss<", "<figcaption>Memory<", "every gradient was finite",
                           "Sentences of these updates", "<dt>Target "})
    EXPECT_THAT(page, HasSubstr(part));
  const std::vector<nlohmann::json> validations = events(small_run().run, "valid");
  ASSERT_EQ(validations.size(), 6u);
  ASSERT_EQ(validations.front()["samples"].size(), 3u);
  for (size_t i = 0; i < 3; ++i) {
    const nlohmann::json& first = validations.front()["samples"][i];
    EXPECT_THAT(page, HasSubstr(report::escape_html(first["source"].get<std::string>())));
    EXPECT_THAT(page, HasSubstr(report::escape_html(first["reference"].get<std::string>())));
    for (const nlohmann::json& validation : validations) {
      EXPECT_EQ(validation["samples"][i]["sentence"], first["sentence"]);
      EXPECT_EQ(validation["samples"][i]["source"], first["source"]);
    }
  }
  EXPECT_EQ(validations.front()["samples"][1]["sentence"], 7) << "20 lines, three of them";
}

TEST(InspectPage, TheLogNamesTheWorstUpdateOfEachLine) {
  const int64_t pairs = CorpusStore::open(small_run().run + "/data/train-1")->size();
  int64_t before = 0;
  for (const nlohmann::json& line : events(small_run().run, "train")) {
    double highest_loss = 0, highest_norm = 0;
    for (const nlohmann::json& worst : line["worst"]) {
      EXPECT_GT(worst["update"], before);
      EXPECT_LE(worst["update"], line["update"]);
      highest_loss = std::max(highest_loss, worst["loss"].get<double>());
      highest_norm = std::max(highest_norm, worst["gradient_norm"].get<double>());
      EXPECT_EQ(worst["pairs"].size(), std::min(worst["pair_count"].get<size_t>(), size_t{200}));
      for (const int64_t pair : worst["pairs"]) EXPECT_TRUE(pair >= 0 && pair < pairs) << pair;
    }
    // A maximum is no less than the mean; ten updates are never all alike.
    EXPECT_GT(highest_loss, line["loss"].get<double>());
    EXPECT_GT(highest_norm, line["gradient_norm"].get<double>());
    before = line["update"];
  }
  EXPECT_EQ(before, 120);
}

TEST(InspectPage, ShowsWhereARunWasContinuedAndThatNothingWasTranslated) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  for (const char* updates : {"20", "40", "40"}) {
    const ProgramResult result =
        train(run, {"--train.max_updates", updates, "--valid.samples", "0"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_EQ(events(run, "start").size(), 2u) << "the third had nothing to do";
  const std::string page = page_of(run);
  EXPECT_THAT(page, HasSubstr("<dt>continued after 20</dt>"));
  EXPECT_THAT(page, HasSubstr("<title>continued after update 20, "));
  EXPECT_THAT(page, HasSubstr("Validation only computes the loss"));
}

TEST(InspectPage, WhatCannotBeDoneIsSaid) {
  const TemporaryFolder folder;
  const std::string page = folder.file("run.html");
  const auto refused = [&](const std::string& path, const std::string& file, int exit_code) {
    const ProgramResult result = run_program({"inspect", path, "--html", file});
    EXPECT_EQ(result.exit_code, exit_code) << path << result.err;
    EXPECT_FALSE(fs::exists(page));
    return result.err;
  };
  const std::string run = folder.file("run");
  fs::create_directory(run);
  fs::copy(small_run().run + "/config.yaml", run);
  EXPECT_THAT(refused(run, page, 1), HasSubstr("train.jsonl: is not there"));
  EXPECT_THAT(refused(small_run().run + "/data/train-1", page, 2), HasSubstr("--html is for runs"));
  EXPECT_THAT(refused(small_run().run, folder.file("nowhere/run.html"), 1), HasSubstr("nowhere"));
  const std::string log = read_file(small_run().run + "/train.jsonl");
  write_file(run + "/train.jsonl", log.substr(0, 50) + "\n" + log);
  EXPECT_THAT(refused(run, page, 1), HasSubstr("train.jsonl:1: damaged"));
  // Killed while it wrote; corpora and checkpoints are gone.
  write_file(run + "/train.jsonl", log.substr(0, log.size() - 20));
  EXPECT_THAT(page_of(run), HasSubstr("Translations over time"));
}

}  // namespace
}  // namespace nmt
