#include "nmt/training/trainer.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <utility>

#include "nmt/training/schedule.h"
#include "tests/training/small_training.h"

// The training loop against a plain one, which knows only LibTorch's own optimizer.

namespace nmt {
namespace {

using testing::TrainerTest;

/// A criterion that calls `notice` first.
class NoticingCriterion final : public Criterion {
 public:
  explicit NoticingCriterion(std::function<void()> notice) : notice_(std::move(notice)) {}
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override {
    notice_();
    return (*criterion_)(model, batch, step);
  }

 private:
  std::function<void()> notice_;
  std::unique_ptr<Criterion> criterion_ = make_criterion({});
};

/// What the plain loop gave: the same numbers as the log, of each update, and the weights at last.
struct PlainTraining {
  std::vector<double> losses, learning_rates, gradient_norms;
  std::map<std::string, torch::Tensor> weights, average;
};

// An update is a step on the mean over the target tokens of both batches.
PlainTraining plain_training(Transformer model, const TrainingOptions& options) {
  PlainTraining result;
  const auto criterion = make_criterion({});
  const std::vector<Batch> batches = testing::two_batches();
  torch::optim::Adam optimizer(model->parameters(),
                               torch::optim::AdamOptions(1)
                                   .betas({options.optimizer.beta1, options.optimizer.beta2})
                                   .eps(options.optimizer.epsilon));
  for (const auto& entry : model->named_parameters())
    result.average[entry.key()] = entry.value().detach().clone();
  for (int64_t update = 1; update <= options.max_updates; ++update) {
    optimizer.zero_grad();
    const CriterionResult first = (*criterion)(model, batches[0], {}),
                          second = (*criterion)(model, batches[1], {});
    const torch::Tensor loss =
        (first.loss + second.loss) / static_cast<double>(first.tokens + second.tokens);
    loss.backward();
    double square = 0;
    for (const torch::Tensor& parameter : model->parameters())
      square += parameter.grad().square().sum().item<double>();
    result.losses.push_back(loss.item<double>());
    result.gradient_norms.push_back(std::sqrt(square));
    result.learning_rates.push_back(learning_rate(options.schedule, update, options.max_updates));
    for (auto& group : optimizer.param_groups())
      group.options().set_lr(result.learning_rates.back());
    optimizer.step();
    const torch::NoGradGuard no_grad;
    const auto u = static_cast<double>(update);
    for (const auto& entry : model->named_parameters())
      result.average[entry.key()].lerp_(entry.value(),
                                        1 - std::min(options.ema, (1 + u) / (10 + u)));
  }
  for (const auto& entry : model->named_parameters())
    result.weights[entry.key()] = entry.value().detach();
  return result;
}

TEST_F(TrainerTest, EqualsAPlainLoop) {
  options_.accumulate = 2;
  options_.max_updates = 5;
  options_.ema = 0.35;  // less than the average begins with from the fourth update on
  const PlainTraining plain =
      plain_training(testing::small_model(testing::small_options()), options_);
  EXPECT_EQ(train(), StopReason::kFinished);

  const Checkpoint saved = load_checkpoint(run_.find_checkpoint("last"));
  EXPECT_EQ(saved.state.update, 5);
  EXPECT_EQ(saved.weights.begin()->second.scalar_type(), torch::kFloat64);
  testing::expect_near(saved.weights, plain.weights, 1e-9);
  testing::expect_near(saved.average, plain.average, 1e-9);

  const std::vector<nlohmann::json> events = train_events();
  ASSERT_EQ(events.size(), 5U);
  for (size_t i = 0; i < events.size(); ++i) {
    EXPECT_NEAR(events[i]["loss"].get<double>(), plain.losses[i], 1e-9);
    EXPECT_NEAR(events[i]["gradient_norm"].get<double>(), plain.gradient_norms[i], 1e-9);
    EXPECT_EQ(events[i]["lr"].get<double>(), plain.learning_rates[i]);
  }
}

TEST_F(TrainerTest, EndsAfterTheLastEpoch) {
  options_.max_updates = 100;
  options_.max_epochs = 3;
  EXPECT_EQ(train(), StopReason::kFinished);
  EXPECT_EQ(state_.update, 6);  // of two batches each
  EXPECT_EQ(state_.position, (BatchPosition{.epoch = 3}));
  EXPECT_EQ(load_checkpoint(run_.find_checkpoint("last")).state.update, 6);
}

TEST_F(TrainerTest, LosesPatienceByTheMetric) {
  options_.max_updates = 100;
  options_.validation = {.every = 1, .metric = ValidationMetric::kBleu, .patience = 2};
  // The loss goes on falling, BLEU only up to the third update.
  parts_.validator = [](Transformer&, int64_t update) {
    const double loss = 1 / static_cast<double>(update);
    const auto bleu = static_cast<double>(30 - std::abs(update - 3));
    return ValidationOutcome{
        .result = {.update = update, .loss = loss, .nll = loss, .bleu = bleu, .chrf = 40 - loss}};
  };
  EXPECT_EQ(train(), StopReason::kEarlyStop);
  EXPECT_EQ(state_.update, 5);
  EXPECT_EQ(load_checkpoint(run_.find_checkpoint("best")).state.update, 3);
}

TEST_F(TrainerTest, ComputesInItsPrecision) {
  options_.max_updates = 2;
  for (const Precision precision : {Precision::kFp32, Precision::kBf16}) {
    options_.precision = precision;
    const bool is_half = precision == Precision::kBf16;
    int losses = 0, validations = 0;
    const auto in_that_precision = [is_half] {
      return at::autocast::is_autocast_enabled(at::kCPU) == is_half &&
             (!is_half || at::autocast::get_autocast_dtype(at::kCPU) == torch::kBFloat16);
    };
    parts_.model = testing::small_model(testing::small_options());
    parts_.model->to(torch::kFloat32);
    parts_.criterion =
        std::make_shared<NoticingCriterion>([&] { losses += in_that_precision() ? 1 : 0; });
    parts_.validator = [&](Transformer&, int64_t update) {
      validations += in_that_precision() ? 1 : 0;
      return ValidationOutcome{.result = {.update = update, .loss = 1, .nll = 1}};
    };
    train();
    EXPECT_EQ(losses, 2) << is_half;
    EXPECT_EQ(validations, 1) << is_half;
    EXPECT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
  }
}

}  // namespace
}  // namespace nmt
