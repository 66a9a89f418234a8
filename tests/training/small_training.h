#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "criterions/factory.h"
#include "nmt/training/trainer.h"
#include "tests/models/small_model.h"
#include "tests/temporary_folder.h"

// A small model and two batches to train it on.

namespace nmt::testing {

/// Epochs of the same batches.
class RepeatedBatches final : public BatchStream {
 public:
  explicit RepeatedBatches(std::vector<Batch> epoch, BatchPosition start = {})
      : epoch_(std::move(epoch)), taken_(start.epoch * size() + start.batch) {}

  Batch next() override { return epoch_[static_cast<size_t>(taken_++ % size())]; }
  BatchPosition position() const override {
    return {.epoch = taken_ / size(), .batch = taken_ % size()};
  }
  double take_wait_seconds() override { return 0; }

 private:
  int64_t size() const { return std::ssize(epoch_); }

  std::vector<Batch> epoch_;
  int64_t taken_;
};

/// Two batches whose target tokens, 6 and 29, are far from equal.
inline std::vector<Batch> two_batches() {
  return {random_batch({{5, 4}, {3, 2}}, 1), random_batch({{5, 9}, {7, 12}, {2, 8}}, 2)};
}

class TrainerTest : public ::testing::Test {
 protected:
  TrainerTest() {
    options_.log_every = 1;
    options_.schedule = {.lr = 0.05, .warmup = 3};
    options_.optimizer.epsilon = 1e-2;  // so large that the gradient's scale shows in the weights
    parts_.model = small_model(testing::small_options());
    parts_.criterion = make_criterion({});
    parts_.batches = &batches_;
    parts_.world = world_.get();
  }

  StopReason train(const Checkpoint* resumed = nullptr, int64_t stop_after = -1) {
    Trainer trainer(parts_, options_, run_, resumed);
    const StopReason reason = trainer.run([&] { return trainer.state().update == stop_after; });
    state_ = trainer.state();
    return reason;
  }

  std::vector<nlohmann::json> train_events() const {
    std::vector<nlohmann::json> events;
    std::ifstream log(run_.log());
    for (std::string line; std::getline(log, line);)
      if (auto event = nlohmann::json::parse(line); event["event"] == "train")
        events.push_back(std::move(event));
    return events;
  }

  TemporaryFolder folder_;
  RunFolder run_{folder_.path()};
  std::unique_ptr<World> world_ = single_process();
  RepeatedBatches batches_{two_batches()};
  TrainingParts parts_;
  TrainingOptions options_;
  TrainingState state_;
};

inline void expect_near(const TensorMap& actual, const TensorMap& expected, double tolerance) {
  ASSERT_EQ(actual.size(), expected.size());
  for (const auto& [name, tensor] : expected)
    EXPECT_LT(max_difference(actual.at(name), tensor), tolerance) << name;
}

}  // namespace nmt::testing
