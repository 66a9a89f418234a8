#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

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

}  // namespace
}  // namespace nmt
