#include "nmt/training/checkpoint.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {
namespace fs = std::filesystem;

Checkpoint checkpoint_at(int64_t update, double loss = -1) {
  Checkpoint checkpoint;
  checkpoint.state.update = update;
  checkpoint.state.position = {.epoch = 2, .batch = 7};
  if (loss >= 0)
    checkpoint.state.validations.push_back({.update = update, .loss = loss, .nll = loss});
  checkpoint.weights["w"] = torch::full({4}, static_cast<float>(update));
  checkpoint.training["optimizer.steps"] = torch::tensor(static_cast<float>(update));
  return checkpoint;
}

TEST(Checkpoint, RoundTrip) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  Checkpoint saved = checkpoint_at(12, 3.5);
  saved.average["w"] = torch::ones({4});
  save_checkpoint(run, saved, {});
  const Checkpoint loaded = load_checkpoint(run.checkpoint(12));
  EXPECT_EQ(loaded.state.update, 12);
  EXPECT_EQ(loaded.state.position, (BatchPosition{.epoch = 2, .batch = 7}));
  ASSERT_EQ(loaded.state.validations.size(), 1u);
  EXPECT_EQ(loaded.state.validations[0].loss, 3.5);
  EXPECT_TRUE(torch::equal(loaded.weights.at("w"), saved.weights.at("w")));
  EXPECT_TRUE(torch::equal(loaded.average.at("w"), torch::ones({4})));
  EXPECT_EQ(loaded.training.at("optimizer.steps").item<float>(), 12);
}

// JSON has no numbers for them.
TEST(Checkpoint, ALossThatIsNotFiniteIsKeptAndIsNeverTheBest) {
  const TemporaryFolder folder;
  Checkpoint saved = checkpoint_at(2);
  saved.state.validations = {{.update = 1, .loss = std::nan(""), .nll = std::nan("")},
                             {.update = 2, .loss = 3, .nll = 3},
                             {.update = 3, .loss = 1e30, .nll = 1e30}};
  write_checkpoint(folder.path() + "/2", saved);
  const auto validations = load_checkpoint(folder.path() + "/2").state.validations;
  ASSERT_EQ(validations.size(), 3u);
  EXPECT_TRUE(std::isnan(validations[0].loss));
  EXPECT_TRUE(std::isnan(validations[2].loss)) << "too large for the readers of JSON";
  EXPECT_EQ(best_update(validations, ValidationMetric::kLoss), 2);
}

TEST(Checkpoint, DecodingReadsTheAverageAndNothingElse) {
  const TemporaryFolder folder;
  Checkpoint saved = checkpoint_at(1);
  write_checkpoint(folder.path() + "/plain", saved);
  EXPECT_TRUE(
      torch::equal(load_best_weights(folder.path() + "/plain").at("w"), saved.weights.at("w")));
  saved.average["w"] = torch::ones({4});
  write_checkpoint(folder.path() + "/averaged", saved);
  fs::remove(folder.path() + "/averaged/" + kWeightsFile);
  EXPECT_TRUE(
      torch::equal(load_best_weights(folder.path() + "/averaged").at("w"), torch::ones({4})));
}

// What is written to loaded tensors stays in this process.
TEST(Checkpoint, LoadedTensorsMayBeWrittenTo) {
  const TemporaryFolder folder;
  const std::string place = folder.path() + "/1";
  write_checkpoint(place, checkpoint_at(1));
  load_best_weights(place).at("w").fill_(7);
  EXPECT_TRUE(torch::equal(load_best_weights(place).at("w"), checkpoint_at(1).weights.at("w")));
}

TEST(Checkpoint, LinksAndKeepPolicy) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  TrainingOptions options;
  options.checkpoints = {.every = 1, .keep_last = 2, .keep_best = 1};
  Checkpoint checkpoint;
  std::vector<ValidationResult> validations;
  const double losses[] = {5, 1, 4, 3, 2};
  for (int64_t update = 1; update <= 5; ++update) {
    checkpoint = checkpoint_at(update);
    validations.push_back({.update = update, .loss = losses[update - 1]});
    checkpoint.state.validations = validations;
    save_checkpoint(run, checkpoint, options);
  }
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{2, 4, 5}));  // the best and the last two
  EXPECT_EQ(fs::read_symlink(run.checkpoints() + "/best").string(), "000000002");
  EXPECT_EQ(fs::read_symlink(run.checkpoints() + "/last").string(), "000000005");
  EXPECT_EQ(load_checkpoint(run.find_checkpoint("best")).state.update, 2);
  EXPECT_EQ(load_checkpoint(run.find_checkpoint("4")).state.update, 4);
  const std::string error = message_of([&] { run.find_checkpoint("3"); });
  EXPECT_NE(error.find("2, 4, 5"), std::string::npos) << error;
}

TEST(Checkpoint, TheMetricSaysWhichIsTheBest) {
  const std::vector<ValidationResult> validations = {
      {.update = 1, .loss = 4, .nll = 4, .bleu = 10, .chrf = 60},
      {.update = 2, .loss = 1, .nll = 1, .bleu = 20, .chrf = 50},
      {.update = 3, .loss = 3, .nll = 3, .bleu = 30, .chrf = 40},
      {.update = 4, .loss = 2, .nll = 2, .bleu = 20, .chrf = 30}};
  for (const auto& [metric, best] :
       {std::pair(ValidationMetric::kLoss, 2), std::pair(ValidationMetric::kBleu, 3),
        std::pair(ValidationMetric::kChrf, 1)}) {
    const TemporaryFolder folder;
    const RunFolder run(folder.path());
    TrainingOptions options;
    options.validation.metric = metric;
    options.checkpoints = {.every = 1, .keep_last = 1, .keep_best = 1};
    for (int64_t update = 1; update <= 4; ++update) {
      Checkpoint checkpoint = checkpoint_at(update);
      checkpoint.state.validations = {validations.begin(), validations.begin() + update};
      save_checkpoint(run, checkpoint, options);
    }
    EXPECT_EQ(run.updates(), (std::vector<int64_t>{best, 4}));
    EXPECT_EQ(load_checkpoint(run.find_checkpoint("best")).state.update, best);
  }
}

TEST(Checkpoint, TruncatedOrFlippedFilesAreNamed) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  save_checkpoint(run, checkpoint_at(1), {});
  for (const char* name : {"model.safetensors", "training.safetensors", "state.json"}) {
    const std::string path = run.checkpoint(1) + "/" + name;
    const std::string content = read_file(path);
    for (size_t position = 0; position < content.size(); position += 5) {
      std::string flipped = content;
      flipped[position] = static_cast<char>(flipped[position] ^ 4);
      for (const std::string& damaged : {flipped, content.substr(0, position)}) {
        if (damaged + "\n" == content)
          continue;  // only the last line's end is gone: nothing is lost
        std::ofstream(path, std::ios::binary) << damaged;
        const std::string error = message_of([&] { load_checkpoint(run.checkpoint(1)); });
        // A flipped checksum makes the file that it belongs to look damaged; all else names the
        // damaged file.
        EXPECT_NE(error.find(run.checkpoint(1)), std::string::npos) << position << error;
      }
    }
    std::ofstream(path, std::ios::binary) << content;
  }
}

TEST(Checkpoint, LeftoversOfAKilledSaveAreNoCheckpoint) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  save_checkpoint(run, checkpoint_at(1), {});
  fs::create_directories(run.checkpoints() + "/.saving-000000002");
  write_file(run.checkpoints() + "/.saving-000000002/model.safetensors", "half");
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{1}));
  save_checkpoint(run, checkpoint_at(2), {});
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{1, 2}));
  EXPECT_FALSE(fs::exists(run.checkpoints() + "/.saving-000000002"));
}

// Killed between the checkpoint and what follows it.
TEST(Checkpoint, WhatAKilledSaveDidNotGetToIsDoneAfterwards) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  TrainingOptions options;
  options.checkpoints = {.every = 1, .keep_last = 1, .keep_best = 0};
  save_checkpoint(run, checkpoint_at(1), options);
  write_checkpoint(run.checkpoint(2), checkpoint_at(2));
  fs::create_directories(run.checkpoints() + "/.removing-000000001");
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{1, 2}));
  finish_save(run, checkpoint_at(2).state, options);
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{2}));
  EXPECT_EQ(fs::read_symlink(run.checkpoints() + "/last").string(), "000000002");
  EXPECT_FALSE(fs::exists(run.checkpoints() + "/.removing-000000001"));
}

TEST(Checkpoint, BestLeadsSomewhereOrIsNotThere) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  TrainingOptions options;
  options.checkpoints = {.every = 1, .keep_last = 1, .keep_best = 0};
  Checkpoint checkpoint = checkpoint_at(1, /*loss=*/1);
  save_checkpoint(run, checkpoint, options);
  EXPECT_EQ(fs::read_symlink(run.checkpoints() + "/best").string(), "000000001");
  checkpoint.state.update = 2;
  save_checkpoint(run, checkpoint, options);
  EXPECT_FALSE(fs::is_symlink(run.checkpoints() + "/best"));
  EXPECT_EQ(run.find_checkpoint("best"), run.checkpoints() + "/last");
}

TEST(Checkpoint, AFailedSaveLosesNothing) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  save_checkpoint(run, checkpoint_at(1), {});
  Checkpoint bad = checkpoint_at(2);
  bad.training["complex"] = torch::zeros({1}, torch::kComplexFloat);  // cannot be saved
  EXPECT_THROW(save_checkpoint(run, bad, {}), Error);
  EXPECT_EQ(run.updates(), (std::vector<int64_t>{1}));
  EXPECT_EQ(load_checkpoint(run.find_checkpoint("last")).state.update, 1);
}

}  // namespace
}  // namespace nmt
