// nmt average

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>
#include <map>

#include "nmt/support/atomic_file.h"
#include "nmt/training/checkpoint.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

ProgramResult average(const std::string& run, std::vector<std::string> more) {
  more.insert(more.begin(), {"average", run});
  return run_program(more);
}

std::string checkpoint(int64_t update) {
  return RunFolder(small_run().run).checkpoint(update);
}

/// The mean of what decoding would take of two checkpoints of the small run.
TensorMap plain_mean(int64_t first, int64_t second) {
  const TensorMap a = load_best_weights(checkpoint(first)),
                  b = load_best_weights(checkpoint(second));
  TensorMap mean;
  for (const auto& [name, tensor] : a)
    mean[name] = ((tensor.to(torch::kDouble) + b.at(name)) / 2).to(torch::kFloat);
  return mean;
}

void expect_equal(const TensorMap& actual, const TensorMap& expected) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, tensor] : expected)
    EXPECT_TRUE(torch::equal(actual.at(name), tensor)) << name;
}

TEST(Average, OfOneCheckpointIsThatCheckpoint) {
  const TemporaryFolder folder;
  const ProgramResult result =
      average(small_run().run, {"--checkpoints", "120", "--output", folder.file("mean")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_file(folder.file("mean/model.safetensors")),
            read_file(checkpoint(120) + "/ema.safetensors"));
  const ProgramResult used = run_program(
      {"translate", small_run().run, "--threads", "1", "--checkpoint", folder.file("mean")},
      "One.\nTwo.\nThree.\n");
  EXPECT_EQ(used.exit_code, 0) << used.err;
  EXPECT_EQ(lines_of(used.out).size(), 3U);
}

TEST(Average, OfTwoIsTheirMeanRoundedOnce) {
  const TemporaryFolder folder;
  const std::vector<int64_t> kept = RunFolder(small_run().run).updates();
  ASSERT_GE(kept.size(), 3U);
  const int64_t before = kept[kept.size() - 2], last = kept.back();
  const TensorMap expected = plain_mean(before, last);
  ASSERT_FALSE(
      torch::equal(expected.begin()->second, load_best_weights(checkpoint(last)).begin()->second));
  const std::vector<std::vector<std::string>> ways = {
      {"--checkpoints", std::to_string(before), std::to_string(last)}, {"--last", "2"}};
  for (std::vector<std::string> words : ways) {
    const std::string output = folder.file(words.front());
    words.insert(words.end(), {"--output", output});
    const ProgramResult result = average(small_run().run, words);
    ASSERT_EQ(result.exit_code, 0) << result.err;
    expect_equal(load_best_weights(output), expected);
    EXPECT_EQ(read_state_file(output).state.update, last);
  }
}

/// Names and content of all files below; links are not followed.
std::map<std::string, std::string> files(const std::string& folder) {
  std::map<std::string, std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder);
    if (entry.is_symlink())
      found[name] = fs::read_symlink(entry.path());
    else
      found[name] = entry.is_regular_file() ? read_file(entry.path()) : "";
  }
  return found;
}

/// A folder of a copy of the small run, named "run".
class AverageOfACopy : public ::testing::Test {
 protected:
  TemporaryFolder folder_;
  std::string run_ = copy_run(small_run().run, folder_);
};

// It would be replaced by a checkpoint.
TEST_F(AverageOfACopy, ReplacesNothingButACheckpoint) {
  const auto before = files(folder_.path());
  for (const std::string& output :
       {run_, run_ + "/", folder_.path(), run_ + "/checkpoints", run_ + "/checkpoints/last",
        run_ + "/checkpoints/000000120", run_ + "/checkpoints/120", run_ + "/config.yaml"}) {
    const ProgramResult result = average(run_, {"--last", "2", "--output", output});
    EXPECT_EQ(result.exit_code, 2) << output << "\n" << result.err;
    EXPECT_THAT(result.err, HasSubstr(output));
    EXPECT_EQ(files(folder_.path()) == before, true) << output;
  }
  // Those of another run neither.
  const ProgramResult other =
      average(small_run().run, {"--last", "2", "--output", run_ + "/checkpoints/last"});
  EXPECT_EQ(other.exit_code, 2) << other.err;
  EXPECT_EQ(files(folder_.path()) == before, true);
  for (int time = 0; time < 2; ++time) {
    const ProgramResult result = average(run_, {"--last", "2"});
    EXPECT_EQ(result.exit_code, 0) << result.err;
  }
  EXPECT_TRUE(fs::exists(run_ + "/checkpoints/average/model.safetensors"));
}

TEST_F(AverageOfACopy, RefusesCheckpointsOfUnlikeModels) {
  const std::vector<int64_t> kept = RunFolder(run_).updates();
  ASSERT_GE(kept.size(), 2U);
  const std::string place = RunFolder(run_).checkpoint(kept[kept.size() - 2]);
  const Checkpoint whole = load_checkpoint(place);
  const std::string name = whole.average.begin()->first;
  Checkpoint changed;
  changed.state = whole.state;
  const auto expect_refusal = [&](const std::string& tensor) {
    write_checkpoint(folder_.file("unlike"), changed);
    // Either order: the odd one need not be the first.
    for (std::vector<std::string> both : {std::vector{folder_.file("unlike"), std::string("120")},
                                          {std::string("120"), folder_.file("unlike")}}) {
      both.insert(both.begin(), "--checkpoints");
      both.insert(both.end(), {"--output", folder_.file("mean")});
      const ProgramResult result = average(run_, both);
      EXPECT_EQ(result.exit_code, 1) << result.err;
      EXPECT_THAT(result.err, HasSubstr("'" + tensor + "'"));
      EXPECT_FALSE(fs::exists(folder_.file("mean")));
    }
  };
  changed.weights = whole.average;
  changed.weights["decoder.third_eye"] = torch::ones({3});
  expect_refusal("decoder.third_eye");
  changed.weights = whole.average;
  changed.weights.erase(name);
  expect_refusal(name);
  changed.weights[name] = torch::ones({3});
  expect_refusal(name);
}

}  // namespace
}  // namespace nmt
