// Methods from outside the source tree, as a user loads them; the plug-in used here breaks updates.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/version.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "nmt/support/atomic_file.h"
#include "nmt/support/version.h"
#include "nmt/training/plugin_headers.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Trains the small recipe with the plug-in's method.
ProgramResult train_faulty(const std::string& run, std::vector<std::string> more,
                           const std::string& plugin = NMT_FAULTY_PLUGIN) {
  more.insert(more.end(), {"--methods", "faulty", "--plugins", plugin});
  return train(run, more);
}

TEST(Plugin, ItsMethodOptionsAndCommandsAreKnownEverywhere) {
  const ProgramResult commands = run_program({"list", "--plugins", NMT_FAULTY_PLUGIN});
  EXPECT_EQ(commands.exit_code, 0) << commands.err;
  EXPECT_THAT(commands.out, HasSubstr("breaks updates, for tests"));
  const ProgramResult options =
      run_program({"list", "options", "faulty", "--plugins", NMT_FAULTY_PLUGIN});
  EXPECT_THAT(options.out, HasSubstr("faulty.first")) << options.err;
  const ProgramResult hello = run_program({"hello", "--plugins", NMT_FAULTY_PLUGIN});
  EXPECT_THAT(hello.out, HasSubstr("hello from a plug-in")) << hello.err;
  EXPECT_EQ(hello.exit_code, 0);
}

TEST(Plugin, ARecipeThatNamesItPreparesTrainsAndTranslates) {
  const TemporaryFolder folder;
  const std::string recipe =
      folder.write("recipe.yaml", read_file(small_run().recipe) + "methods: [faulty]\nplugins: [" +
                                      NMT_FAULTY_PLUGIN + "]\nfaulty: {first: 1000, last: 1000}\n");
  const std::string store = folder.file("store"), run = folder.file("run");
  const ProgramResult prepared = run_program({"prepare", recipe, "--output", store});
  ASSERT_EQ(prepared.exit_code, 0) << prepared.err;
  const ProgramResult trained = run_program({"train", recipe, "--run", run, "--data.store", store,
                                             "--train.max_updates", "3", "--threads", "1"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const ProgramResult translated =
      run_program({"translate", run, "--threads", "1"}, "A man sees a house.\n");
  EXPECT_EQ(translated.exit_code, 0) << translated.err;
  EXPECT_EQ(lines_of(translated.out).size(), 1u);
}

// A run folder says where its plug-in is, whatever folder the training was started in.
TEST(Plugin, ARunFindsItFromAnyFolder) {
  const TemporaryFolder folder;
  const fs::path here = fs::current_path(), plugin = NMT_FAULTY_PLUGIN;
  const std::string run = folder.file("run");
  fs::current_path(plugin.parent_path());
  const ProgramResult trained = train_faulty(run, {"--train.max_updates", "3"}, plugin.filename());
  fs::current_path(folder.path());
  const ProgramResult translated =
      run_program({"translate", run, "--threads", "1"}, "A man sees a house.\n");
  fs::current_path(here);
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_EQ(translated.exit_code, 0) << translated.err;
}

TEST(Plugin, AfterItHasMovedItIsNamedToTheCommandsThatNeedIt) {
  const TemporaryFolder folder;
  const std::string first = folder.file("first.so"), run = folder.file("run");
  fs::copy_file(NMT_FAULTY_PLUGIN, first);
  const ProgramResult trained = train_faulty(run, {"--train.max_updates", "3"}, first);
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  fs::remove(first);
  const ProgramResult lost = run_program({"translate", run});
  EXPECT_EQ(lost.exit_code, 1);
  EXPECT_THAT(lost.err, AllOf(HasSubstr(first + ": there is no such plug-in"),
                              HasSubstr("say where it is with --plugins")));
  for (const char* command : {"translate", "inspect"}) {
    const ProgramResult found = run_program({command, run, "--plugins", NMT_FAULTY_PLUGIN});
    EXPECT_EQ(found.exit_code, 0) << found.err;
  }
  const ProgramResult prepared =
      run_program({"prepare", run + "/config.yaml", "--output", folder.file("store"), "--plugins",
                   NMT_FAULTY_PLUGIN});
  EXPECT_EQ(prepared.exit_code, 0) << prepared.err;
  // This one reads weights alone.
  const ProgramResult averaged = run_program({"average", run});
  EXPECT_EQ(averaged.exit_code, 0) << averaged.err;
}

TEST(Plugin, WhatIsNoPluginIsNamed) {
  const ProgramResult missing = run_program({"train", "--plugins", "/nonexistent/x.so"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_THAT(missing.err, HasSubstr("/nonexistent/x.so: there is no such plug-in"));
  const std::string folder = fs::path(NMT_PROGRAM).parent_path();
  const ProgramResult no_plugin =
      run_program({"train", "--plugins", folder + "/libnmt_support.so"});
  EXPECT_EQ(no_plugin.exit_code, 1);
  EXPECT_THAT(no_plugin.err, HasSubstr("is no plug-in of nmt: it holds no NMT_PLUGIN"));
  // The program's own library holds the text that it looks for in others.
  const ProgramResult engine = run_program({"train", "--plugins", folder + "/libnmt_engine.so"});
  EXPECT_EQ(engine.exit_code, 1);
  EXPECT_THAT(engine.err, HasSubstr("is no plug-in of nmt: it has no function nmt_plugin"));
}

// It could not be loaded at all, and nothing of it runs: the error comes from what stands in the
// file.
TEST(Plugin, OneOfAnotherVersionIsRefusedByBothVersions) {
  const ProgramResult old = run_program({"list", "--plugins", NMT_OLD_PLUGIN});
  EXPECT_EQ(old.exit_code, 1);
  EXPECT_EQ(old.out, "");
  EXPECT_THAT(lines_of(old.err).front(),
              AllOf(HasSubstr("built with nmt 0.0.9, plug-in interface 1, LibTorch "),
                    HasSubstr("; this program is nmt " NMT_VERSION
                              ", plug-in interface 1, LibTorch " TORCH_VERSION)));
}

TEST(Plugin, OneCompiledWithOtherHeadersIsRefused) {
  const ProgramResult other = run_program({"list", "--plugins", NMT_OTHER_HEADERS_PLUGIN});
  EXPECT_EQ(other.exit_code, 1);
  EXPECT_EQ(other.out, "");
  EXPECT_THAT(lines_of(other.err).front(),
              AllOf(HasSubstr("LibTorch " TORCH_VERSION ", headers 0123456789ab; this program is "),
                    HasSubstr("LibTorch " TORCH_VERSION ", headers " NMT_HEADERS)));
}

TEST(Plugin, OneThatDoesNotStartIsNamed) {
  const ProgramResult refusing = run_program({"list", "--plugins", NMT_REFUSING_PLUGIN});
  EXPECT_EQ(refusing.exit_code, 1);
  EXPECT_THAT(lines_of(refusing.err).front(),
              AllOf(HasSubstr(NMT_REFUSING_PLUGIN),
                    HasSubstr("the plug-in does not start: the lexicon it needs is not here")));
  const ProgramResult twice =
      run_program({"list", "--plugins", NMT_FAULTY_PLUGIN, NMT_FAULTY_PLUGIN});
  EXPECT_EQ(twice.exit_code, 1);
  EXPECT_THAT(twice.err, HasSubstr("there is one already"));
}

TEST(Train, ASkippedUpdateIsNamedWithItsSentencesAndChangesNothing) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result =
      train_faulty(run, {"--faulty.first", "3", "--faulty.last", "4", "--train.max_updates", "6",
                         "--valid.every", "0", "--save.every", "1", "--save.keep_last", "6"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("update 3 was skipped: its gradient is not finite"));
  EXPECT_THAT(result.err, HasSubstr("update 4 was skipped"));
  size_t pairs = 0;
  for (const nlohmann::json& event : events(run, "skipped")) pairs += event["pairs"].size();
  EXPECT_GT(pairs, 4u);
  for (const nlohmann::json& event : events(run, "train")) {
    EXPECT_TRUE(event["loss"].is_number()) << "of the updates that were not skipped: " << event;
    EXPECT_TRUE(event["gradient_norm"].is_number()) << event;
  }
  const auto state = [&](const std::string& update) {
    return nlohmann::json::parse(read_file(run + "/checkpoints/00000000" + update + "/state.json"));
  };
  EXPECT_EQ(state("6")["training"]["skipped"], 2);
  EXPECT_TRUE(tensors(run, "2") == tensors(run, "4"));
  EXPECT_FALSE(tensors(run, "4") == tensors(run, "5"));
  const ProgramResult inspected = run_program({"inspect", run + "/checkpoints/last"});
  EXPECT_THAT(inspected.out, HasSubstr("skipped_updates: 2"));
  const std::string page = folder.file("run.html");
  const ProgramResult drawn = run_program({"inspect", run, "--html", page});
  EXPECT_EQ(drawn.exit_code, 0) << drawn.err;
  EXPECT_THAT(read_file(page), HasSubstr("2 updates were skipped"));
  EXPECT_THAT(read_file(page), HasSubstr("not being finite: 3, 4."));
}

// A run that continues from the checkpoint does not do these updates again.
TEST(Train, ASkippedUpdateIsToldOfBeforeTheNextSave) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result =
      train_faulty(run, {"--faulty.first", "3", "--faulty.last", "4", "--train.max_updates", "8",
                         "--valid.every", "0", "--save.every", "5", "--train.log_every", "100"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(nlohmann::json::parse(
                read_file(run + "/checkpoints/000000005/state.json"))["training"]["skipped"],
            2);
  std::vector<std::string> told;
  for (const std::string& line : lines_of(read_file(run + "/train.jsonl"))) {
    const auto event = nlohmann::json::parse(line);
    told.push_back(event["event"].get<std::string>() + " " + event["update"].dump());
  }
  EXPECT_THAT(told, ElementsAre("start 0", "skipped 3", "skipped 4", "train 8", "valid 8"));
  EXPECT_EQ(events(run, "train").front()["skipped"], 2);
}

TEST(Train, ARunThatNoLongerLearnsStopsWithItsCheckpointsKept) {
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  const ProgramResult result =
      train_faulty(run, {"--faulty.first", "12", "--faulty.last", "1000", "--valid.every", "0"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("has not been finite for 20 updates, up to update 31"));
  EXPECT_THAT(result.err, HasSubstr("Lower train.lr"));
  EXPECT_TRUE(fs::exists(run + "/checkpoints/000000010/state.json"));
}

}  // namespace
}  // namespace nmt
