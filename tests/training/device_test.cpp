#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>

#include "nmt/run/runtime.h"
#include "nmt/run/trained_run.h"
#include "tests/devices.h"
#include "tests/training/small_training.h"

// Training, from the same weights on the same batches, on the CPU and on a GPU.

namespace nmt {
namespace {

class DeviceTraining : public testing::TrainerTest, public testing::OnDevice {
 protected:
  void SetUp() override {
    if (is_missing()) GTEST_SKIP() << "no GPU here";
  }
  void TearDown() override { at::globalContext().setDeterministicAlgorithms(false, false); }

  /// What the next training in the run folder `name` works with.
  void begin(const std::string& name, const torch::Device& device, torch::ScalarType type,
             BatchPosition start = {}) {
    run_ = RunFolder(folder_.file(name));
    std::filesystem::create_directories(run_.path());
    parts_.device = device;
    parts_.model = testing::small_model(model_options_);
    parts_.model->to(device, type);
    std::vector<Batch> batches;
    for (const Batch& batch : testing::two_batches()) batches.push_back(batch.to(device));
    batches_ = testing::RepeatedBatches(std::move(batches), start);
  }
  Checkpoint last() const { return load_checkpoint(run_.find_checkpoint("last")); }

  static void expect_equal(const TensorMap& found, const TensorMap& expected) {
    ASSERT_EQ(found.size(), expected.size());
    for (const auto& [name, tensor] : expected) EXPECT_TRUE(found.at(name).equal(tensor)) << name;
  }

  TransformerOptions model_options_ = testing::small_options();
};

INSTANTIATE_TEST_SUITE_P(Each, DeviceTraining, testing::kDevices, testing::device_name);

TEST_P(DeviceTraining, UpdatesAsTheCpuDoesInDoubles) {
  options_.accumulate = 2;
  options_.max_updates = 5;
  options_.ema = 0.35;
  begin("doubles", torch::kCPU, torch::kFloat64);
  train();
  const Checkpoint expected = last();
  begin("floats", device(), torch::kFloat32);
  train();
  const Checkpoint found = last();
  for (const auto& [name, tensor] : expected.weights) {
    const double tolerance = 1e-3 * tensor.abs().max().item<double>();
    EXPECT_LT(testing::max_difference(found.weights.at(name), tensor), tolerance) << name;
    EXPECT_LT(testing::max_difference(found.average.at(name), expected.average.at(name)), tolerance)
        << name;
  }
}

TEST_P(DeviceTraining, LearnsInBfloat16) {
  options_.max_updates = 40;
  options_.precision = Precision::kBf16;
  begin("run", device(), torch::kFloat32);
  train();
  const std::vector<nlohmann::json> events = train_events();
  ASSERT_EQ(events.size(), 40U);
  // Each of the two batches against itself.
  for (const size_t batch : {0U, 1U})
    EXPECT_LT(events[38 + batch]["nll"].get<double>(), 0.7 * events[batch]["nll"].get<double>());
}

TEST_P(DeviceTraining, ContinuesAsIfNothingHadStoppedIt) {
  start_runtime({.device = device().str(), .threads = 1, .deterministic = true});
  model_options_.dropout = model_options_.attention_dropout = 0.1;
  options_.max_updates = 6;
  options_.ema = 0.35;
  begin("undisturbed", device(), torch::kFloat32);
  train();
  const Checkpoint expected = last();
  begin("stopped", device(), torch::kFloat32);
  EXPECT_EQ(train(nullptr, /*stop_after=*/3), StopReason::kSignal);
  const Checkpoint stopped = last();
  EXPECT_EQ(stopped.state.update, 3);
  begin("stopped", device(), torch::kFloat32, stopped.state.position);
  load_weights(parts_.model, stopped.weights, "the checkpoint");
  parts_.model->to(device());
  EXPECT_EQ(train(&stopped), StopReason::kFinished);
  const Checkpoint found = last();
  EXPECT_EQ(found.state.update, 6);
  expect_equal(found.weights, expected.weights);
  expect_equal(found.average, expected.average);
  expect_equal(found.training, expected.training);
}

}  // namespace
}  // namespace nmt
