// nmt compare as a process. The numbers and the page are tested in tests/report.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/safetensors.h"
#include "nmt/training/training_state.h"
#include "program.h"
#include "tests/temporary_folder.h"

namespace nmt::testing {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;

class CompareProgram : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }

  /// A run folder after `nmt evaluate`, as far as nmt compare reads it.
  std::string make_run(const std::string& name, const std::string& hypotheses,
                       const std::string& references = "the dog barks\na cat sleeps\n") const {
    fs::create_directories(folder_.file(name + "/checkpoints/000000200"));
    write(name + "/config.yaml", "");
    write(name + "/references.test.de-en.txt", references);
    write(name + "/sources.test.de-en.txt", "der Hund bellt\neine Katze\n");
    write(name + "/hypotheses.test.de-en.best.beam5-lenpen1.txt", hypotheses);
    const json entry = {{"set", "test.de-en"},
                        {"checkpoint", "best"},
                        {"target_language", "en"},
                        {"hypotheses", "hypotheses.test.de-en.best.beam5-lenpen1.txt"},
                        {"sources", "sources.test.de-en.txt"},
                        {"references", "references.test.de-en.txt"}};
    write(name + "/scores.json", json::array({entry}).dump());
    write(name + "/train.jsonl", R"({"event":"train","update":100,"target_tokens_per_second":10})"
                                 "\n"
                                 R"({"event":"train","update":200,"target_tokens_per_second":30})"
                                 "\n"
                                 R"({"event":"valid","update":200,"bleu":12.5,"nll":2.5})"
                                 "\n{\"event\":\"tr");
    const std::string checkpoint = folder_.file(name + "/checkpoints/000000200");
    const std::vector<float> values(6);
    write_safetensors(checkpoint + "/model.safetensors",
                      {{"a", {"F32", {2, 2}, std::as_bytes(std::span(values).first(4))}},
                       {"b", {"F32", {2}, std::as_bytes(std::span(values).first(2))}}});
    write_state_file(checkpoint, {.state = {.update = 200, .target_tokens = 5000}});
    return folder_.file(name);
  }

  TemporaryFolder folder_;
};

TEST_F(CompareProgram, Runs) {
  const std::string runs = make_run("base", "the dog\na cat\n") + " " +
                           make_run("ours", "the dog barks\na cat sleeps\n");
  const std::string page = folder_.file("page.html");
  const Outcome outcome = nmt_run("compare " + runs + " --format json --html " + page);
  ASSERT_EQ(outcome.exit_code, 0) << outcome.out;
  const json result = json::parse(outcome.out);
  EXPECT_EQ(result["systems"][0],
            json::parse(R"({"name":"base","checkpoint":"best","parameters":6,"updates":200,
                            "target_tokens":5000,"target_tokens_per_second":20})"));
  EXPECT_EQ(result["sets"][0]["name"], "test.de-en");
  EXPECT_EQ(result["sets"][0]["segments"], 2);
  EXPECT_NEAR(result["sets"][0]["metrics"][1]["systems"][1]["score"], 100, 1e-9);
  EXPECT_THAT(read_file(page), HasSubstr("Validation BLEU"));
  EXPECT_EQ(nmt_errors("compare " + runs + " --checkpoint last").exit_code, 1);
}

TEST_F(CompareProgram, TheNewestOfSeveralSearchesIsCompared) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const std::string ours = make_run("ours", "the dog\na cat\n");
  json entries = json::parse(read_file(ours + "/scores.json"));
  json newer = entries[0];
  newer["beam"] = 1;
  newer["hypotheses"] = "hypotheses.test.de-en.best.beam1-lenpen1.txt";
  entries.push_back(newer);
  write("ours/hypotheses.test.de-en.best.beam1-lenpen1.txt", "the dog barks\na cat sleeps\n");
  write("ours/scores.json", entries.dump());
  const auto systems = [&](const std::string& words) {
    const Outcome outcome = nmt_run("compare " + words + " --metrics chrf --format json");
    return json::parse(outcome.out)["sets"][0]["metrics"][0]["systems"];
  };
  EXPECT_NEAR(systems(base + " " + ours)[1]["score"], 100, 1e-9);
  std::swap(entries[0], entries[1]);
  write("ours/scores.json", entries.dump());
  const json equal = systems(base + " " + ours);
  EXPECT_EQ(equal[1]["score"], equal[0]["score"]);
}

TEST_F(CompareProgram, OtherSearchesAreToldOf) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const std::string ours = make_run("ours", "the dog\na cat\n");
  const std::string words = "compare " + base + " " + ours + " --metrics chrf";
  EXPECT_THAT(nmt_errors(words).out, Not(HasSubstr("was translated with")));
  json entries = json::parse(read_file(ours + "/scores.json"));
  entries[0]["search"] = {{"decode.beam", "5"}, {"decode.precision", "int8"}};
  entries[0]["update"] = 200;
  write("ours/scores.json", entries.dump());
  EXPECT_THAT(nmt_errors(words).out, HasSubstr(ours + " with beam 5, precision int8"));
  EXPECT_THAT(nmt_run(words).out, HasSubstr("best (update 200)"));
}

TEST_F(CompareProgram, RunsThatCannotBeCompared) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const auto refuses = [&](const std::string& other, const std::string& words) {
    const Outcome outcome = nmt_errors("compare " + base + " " + other);
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_THAT(outcome.out, HasSubstr(words));
  };
  refuses(folder_.file("none"), "there is no such run folder");
  const std::string short_run = make_run("short", "the dog\n");
  refuses(short_run, "has 1 lines, but " + short_run + "/references.test.de-en.txt has 2");
  refuses(make_run("other", "the dog\na cat\n", "the dog\na cat\n"), "differs from " + base);
  const std::string untested = make_run("untested", "a\nb\n");
  fs::remove(untested + "/scores.json");
  refuses(untested, "Run `nmt evaluate " + untested + "` first");
  write("untested/scores.json", R"([{"set":"test.de-en","checkpoint":"best"}])");
  refuses(untested, "does not name all of its texts");
  write("untested/scores.json", R"([7, {"set":[],"checkpoint":1}])");
  refuses(untested, "was not evaluated");
  write("untested/scores.json", R"([{"set":"test.de-en","checkpoint":"best","sources":{}}])");
  refuses(untested, "does not name all of its texts");
  write("untested/scores.json", "[{");
  refuses(untested, "is damaged");
}

TEST_F(CompareProgram, RunsWithoutCheckpointsAreComparedWithAWarning) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const std::string bare = make_run("bare", "the dog\na cat\n");
  fs::remove_all(bare + "/checkpoints");
  const Outcome outcome = nmt_run("compare " + base + " " + bare);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(outcome.out, HasSubstr("there is no checkpoint 'best'"));
}

TEST_F(CompareProgram, TheNewestCheckpointTellsOfARunWithoutTheEvaluatedOne) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const std::string ours = make_run("ours", "the dog\na cat\n");
  json entries = json::parse(read_file(ours + "/scores.json"));
  entries[0]["checkpoint"] = "000000100";
  write("ours/scores.json", entries.dump());
  const std::string line = "compare " + base + " " + ours + " --metrics chrf --format json";
  EXPECT_THAT(nmt_errors(line).out, HasSubstr("there is no checkpoint '000000100'"));
  const json system =
      json::parse(shell("'" NMT_PROGRAM "' " + line + " 2> /dev/null").out)["systems"][1];
  EXPECT_TRUE(system["parameters"].is_null());
  EXPECT_EQ(system["updates"], 200);
  EXPECT_EQ(system["target_tokens"], 5000);
}

TEST_F(CompareProgram, ARunWithEvaluationsOfDifferentCheckpointsIsNamed) {
  const std::string base = make_run("base", "the dog\na cat\n");
  const std::string ours = make_run("ours", "the dog\na cat\n");
  for (const std::string& run : {base, ours}) {
    json entries = json::parse(read_file(run + "/scores.json"));
    entries.push_back(entries[0]);
    entries[1]["set"] = "test2.de-en";
    if (run == ours) entries[1]["checkpoint"] = "last";
    write(fs::path(run).filename().string() + "/scores.json", entries.dump());
  }
  const Outcome outcome = nmt_errors("compare " + base + " " + ours);
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out,
              HasSubstr(ours + ": the newest evaluations are of different checkpoints: "
                               "of best on test.de-en, of last on test2.de-en"));
}

TEST_F(CompareProgram, EqualTranslationsAreEqual) {
  const std::string ref = write("ref", "the dog barks\na cat sleeps\n");
  const std::string files = "compare --ref " + ref + " --hyp " + write("a", "the dog\na cat\n") +
                            " " + write("b", "the dog\na cat\n") + " --format json";
  for (const std::string test : {"bs", "ar"}) {
    const json result = json::parse(nmt_run(files + " --test " + test).out);
    for (const json& metric : result["sets"][0]["metrics"])
      EXPECT_EQ(metric["systems"][1]["p_value"], 1.0);
  }
}

TEST_F(CompareProgram, Files) {
  const std::string ref = write("ref", "the dog barks\na cat sleeps\n");
  const std::string files =
      "compare --hyp " + write("a", "the dog\na cat\n") + " " + ref + " --ref " + ref;
  const Outcome text = nmt_run(files + " --names A B --metrics chrf++ --test ar --samples 10");
  EXPECT_EQ(text.exit_code, 0) << text.out;
  EXPECT_THAT(text.out, HasSubstr("chrF2++ ↑  A "));
  EXPECT_THAT(text.out, HasSubstr("ar:10"));
  EXPECT_THAT(nmt_run(files + " --format latex").out, HasSubstr("\\begin{tabular}{lrrr}"));
  EXPECT_THAT(nmt_run(files + " --format markdown").out, HasSubstr("| system | BLEU ↑ |"));
  const Outcome unequal = nmt_errors(files + " --src " + write("src", "der Hund\n"));
  EXPECT_EQ(unequal.exit_code, 1);
  EXPECT_THAT(unequal.out, HasSubstr("has 1 lines, but " + ref + " has 2"));
  EXPECT_EQ(nmt_errors(files + " --html " + folder_.file("no/page.html")).exit_code, 1);
}

TEST_F(CompareProgram, WrongCommandLines) {
  const std::string ref = write("ref", "the dog barks\n");
  const auto refuses = [](const std::string& line, const std::string& words) {
    const Outcome outcome = nmt_errors("compare " + line);
    EXPECT_EQ(outcome.exit_code, 2) << line;
    EXPECT_THAT(outcome.out, HasSubstr(words));
  };
  refuses("", "not two systems");
  refuses("one", "not two systems");
  refuses("run --hyp a b --ref c", "both runs and --hyp");
  refuses("--hyp a b", "--hyp needs --ref");
  refuses("a b --ref c", "belong to --hyp");
  refuses("--hyp a b --ref c --checkpoint best", "--checkpoint belongs to runs");
  refuses("--hyp a b --ref " + ref + " --names x", "1 --names for 2 systems");
  refuses("--hyp a b --ref " + ref + " --names x x", "the same name");
  refuses("--hyp a b --ref " + ref + " --names '' x", "name of a system is empty");
  refuses("--hyp a a --ref " + ref, "given twice");
  refuses("a b --metrics", "--metrics names none");
  refuses("a b --metrics bleu ter bleu", "--metrics names bleu twice");
  refuses("a b --metrics comet", "comet");
  refuses("a b --format pdf", "pdf");
}

}  // namespace
}  // namespace nmt::testing
