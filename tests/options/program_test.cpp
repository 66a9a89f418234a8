// The program as a process: exit codes, help, suggestions, and the loading of the engine.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <optional>

#include "nmt/commands/command.h"
#include "nmt/run/recipe.h"
#include "nmt/support/file_lock.h"
#include "program.h"
#include "table_for_tests.h"
#include "tests/temporary_folder.h"

namespace nmt::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

std::string read_file(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error("no " + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(Program, HelpAndVersion) {
  for (const char* words : {"help", "--help", "-h"}) {
    const Outcome outcome = nmt_run(words);
    EXPECT_EQ(outcome.exit_code, 0) << words;
    for (const CommandDescription& command : command_descriptions()) {
      EXPECT_THAT(outcome.out, HasSubstr("\n  " + command.name + " ")) << words;
    }
  }
  EXPECT_EQ(nmt_run("--version").exit_code, 0);
  EXPECT_THAT(nmt_run("--version").out, ::testing::MatchesRegex("nmt [0-9]+\\.[0-9]+\\.[0-9]+\n"));
  const Outcome bare = nmt_run("");
  EXPECT_EQ(bare.exit_code, 2);
  EXPECT_THAT(bare.out, HasSubstr("usage: nmt COMMAND"));
}

TEST(Program, TakesNoLibraryFromTheWorkingFolder) {
  const TemporaryFolder folder;
  for (const char* library : {"libcld2.so.0", "libicuuc.so.72", "libstdc++.so.6"})
    folder.write(library, "");
  const Outcome outcome =
      shell("cd '" + folder.path() + "' && '" NMT_PROGRAM "' score --version 2>&1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
}

TEST(Program, EveryDescribedCommandExplainsItself) {
  for (const CommandDescription& command : command_descriptions()) {
    if (command.declare_arguments == nullptr) continue;
    const Outcome outcome = nmt_run(command.name + " --help");
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_THAT(outcome.out, StartsWith("nmt " + command.name + ": " + command.summary +
                                        "\n\nusage: nmt " + command.name));
    EXPECT_EQ(outcome.out, nmt_run("help " + command.name).out);
    EXPECT_EQ(outcome.out, nmt_run(command.name + " anything -h").out);
  }
}

TEST(Program, HelpOnMoreThanCommands) {
  EXPECT_THAT(nmt_run("help model").out, HasSubstr("--model.heads N"));
  EXPECT_THAT(nmt_run("help model.heads").out, HasSubstr("must divide model.dim"));
  const Outcome misspelt = nmt_run("help model.hedas");
  EXPECT_EQ(misspelt.exit_code, 2);
  EXPECT_THAT(misspelt.out, HasSubstr("Did you mean `nmt help model.heads`?"));
  EXPECT_THAT(nmt_run("help trian").out, HasSubstr("Did you mean `nmt help train`?"));
  EXPECT_EQ(nmt_run("help train extra").exit_code, 2);
}

TEST(Program, UnknownCommandsSuggestTheNearest) {
  const Outcome outcome = nmt_errors("trian recipe.yaml");
  EXPECT_EQ(outcome.exit_code, 2);
  EXPECT_EQ(outcome.out, "nmt: unknown command 'trian'\n  Did you mean 'train'?\n");
  EXPECT_EQ(nmt_errors("zzz").out,
            "nmt: unknown command 'zzz'\n  `nmt help` prints all commands.\n");
  EXPECT_EQ(nmt_errors("--verbose").exit_code, 2);
}

TEST(Program, Lists) {
  EXPECT_THAT(nmt_run("list").out, HasSubstr("Methods"));
  EXPECT_THAT(nmt_run("list commands").out, HasSubstr("score-pairs"));
  EXPECT_EQ(nmt_run("list methods").exit_code, 0);
  EXPECT_THAT(nmt_run("list presets").out, HasSubstr("tiny"));
  EXPECT_THAT(nmt_run("list choices").out, HasSubstr("sinusoidal | learned | rotary"));
  const std::string options = nmt_run("list options").out;
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  for (const auto& option : table.options()) EXPECT_THAT(options, HasSubstr("--" + option->key()));
  EXPECT_THAT(nmt_run("list options model").out, Not(HasSubstr("--train.lr")));
  EXPECT_EQ(nmt_run("list optoins").exit_code, 2);
  EXPECT_THAT(nmt_run("list optoins").out, HasSubstr("Did you mean 'options'?"));
  EXPECT_THAT(nmt_run("list options modle").out, HasSubstr("Did you mean 'model'?"));
  EXPECT_EQ(nmt_run("list methods more").exit_code, 2);
}

TEST(Program, ResultsThatDoNotArriveAreAFailure) {
  const Outcome outcome = shell("'" NMT_PROGRAM "' list options 2>&1 > /dev/full");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, StartsWith("nmt: stdout: cannot write"));
}

TEST(Program, AReaderThatGoesAwayIsNotWorthAWord) {
  const TemporaryFolder folder;
  for (const char* parent : {"", "trap '' PIPE; "}) {  // a parent that ignores SIGPIPE as well
    shell(std::string("{ ") + parent + "sleep 0.1; '" NMT_PROGRAM "' list options; } 2> '" +
          folder.file("errors") + "' | true");
    EXPECT_EQ(read_file(folder.file("errors")), "");
  }
}

/// A folder with a copy of the program, and what stands for the engine beside it or in ../lib.
class Installation {
 public:
  explicit Installation(const std::string& engine_place) {
    std::filesystem::create_directories(folder_.file("bin"));
    std::filesystem::create_directories(folder_.file("lib"));
    std::filesystem::copy_file(NMT_PROGRAM, program());
    for (const char* name : {"support", "scoring", "report", "options", "data", "recipe"}) {
      const std::string library = std::string("libnmt_") + name + ".so";
      std::filesystem::create_symlink(std::filesystem::path(NMT_PROGRAM).parent_path() / library,
                                      folder_.file("bin/" + library));
    }
    if (!engine_place.empty())
      std::filesystem::copy_file(NMT_FAKE_ENGINE, folder_.file(engine_place + "/libnmt_engine.so"));
  }
  std::string program() const { return folder_.file("bin/nmt"); }
  const TemporaryFolder& folder() const { return folder_; }

 private:
  TemporaryFolder folder_;
};

TEST(Program, TheEngineIsFoundBesideTheProgramOrInLib) {
  for (const char* place : {"bin", "lib"}) {
    const Installation installation(place);
    const Outcome outcome = nmt_run("train recipe.yaml --run 'a b'", installation.program());
    EXPECT_EQ(outcome.out, "train|recipe.yaml|--run|a b\n");
    EXPECT_EQ(outcome.exit_code, 0);
  }
}

TEST(Program, ErrorsBecomeExitCodes) {
  const Installation installation("bin");
  const Outcome usage = nmt_run("average x", installation.program());
  EXPECT_EQ(usage.exit_code, 2);
  EXPECT_EQ(usage.out, "nmt: wrong option\n  Take another.\n");
  const Outcome error = nmt_run("score-pairs x", installation.program());
  EXPECT_EQ(error.exit_code, 1);
  EXPECT_EQ(error.out, "nmt: damaged file\n");
  const Outcome internal = nmt_run("evaluate x", installation.program());
  EXPECT_EQ(internal.exit_code, 1);
  EXPECT_THAT(internal.out, StartsWith("nmt: internal error: out of range\n"));
  EXPECT_EQ(nmt_run("translate x", installation.program()).exit_code, 7)
      << "the command's own exit code";
}

TEST(Program, InspectNeedsNoEngine) {
  const Installation without("");
  const TemporaryFolder run;
  run.write("config.yaml", "");
  run.write("train.jsonl", "{\"event\":\"train\",\"update\":100,\"loss\":2}\n");
  const Outcome outcome =
      nmt_run("inspect " + run.path() + " --html " + run.file("run.html"), without.program());
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_THAT(read_file(run.file("run.html")), HasSubstr("<figcaption>Loss<"));
}

TEST(Program, AMissingOrBrokenEngineIsExplained) {
  const Installation without("");
  const Outcome missing = nmt_run("train r.yaml --run x", without.program());
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.out, HasSubstr("libnmt_engine.so is neither in"));
  const Installation broken("");
  broken.folder().write("bin/libnmt_engine.so", "no library");
  const Outcome outcome = nmt_run("train r.yaml --run x", broken.program());
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, StartsWith("nmt: cannot load the engine: "));
  EXPECT_EQ(nmt_run("train --help", without.program()).exit_code, 0) << "help needs no engine";
}

// As training does with a store of several runs.
TEST(Program, PrepareWaitsForWhoPreparesThere) {
  const TemporaryFolder folder;
  const std::string recipe = folder.write("recipe.yaml", "data.train: [\"/nowhere/t.{}:en-de\"]\n");
  std::optional<FileLock> other(std::in_place, folder.file("lock"), "");
  FILE* const prepare = popen(
      ("'" NMT_PROGRAM "' prepare '" + recipe + "' -o '" + folder.path() + "' 2>&1 < /dev/null")
          .c_str(),
      "r");
  ASSERT_NE(prepare, nullptr);
  std::string said;
  for (int c = 0; (c = fgetc(prepare)) != EOF;) {
    said += static_cast<char>(c);
    if (said.ends_with("which prepares the data in " + folder.path())) other.reset();
  }
  pclose(prepare);
  EXPECT_FALSE(other) << said;
  EXPECT_THAT(said, HasSubstr("/nowhere/t.de: there is no such file"));
}

TEST(Program, LightCommandsStartAtOnce) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "sanitizers make the start slower";
#endif
  // Of the processor, not of the clock: the machine may be busy.
  const auto used_milliseconds = [] {
    rusage usage{};
    ::getrusage(RUSAGE_CHILDREN, &usage);
    const auto of = [](const timeval& time) {
      return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) * 1e-3;
    };
    return of(usage.ru_utime) + of(usage.ru_stime);
  };
  for (const char* words : {"--help", "list", "score --help"}) {
    double least = 1e9;
    for (int i = 0; i < 10; ++i) {
      const double before = used_milliseconds();
      nmt_run(words);
      least = std::min(least, used_milliseconds() - before);
    }
    EXPECT_LT(least, 50) << words;
  }
}

}  // namespace
}  // namespace nmt::testing
