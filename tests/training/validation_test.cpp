#include "nmt/training/validation.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "tests/models/small_model.h"

namespace nmt {
namespace {

/// A loss of 2 for each target token, more by 1 for each source token of the whole batch.
class CountingCriterion final : public Criterion {
 public:
  CriterionResult operator()(Transformer&, const Batch& batch, const StepContext& step) override {
    EXPECT_FALSE(step.training);
    const auto tokens = static_cast<double>(batch.target_tokens);
    const torch::Tensor nll = torch::tensor(2 * tokens, torch::kFloat64);
    const torch::Tensor loss = nll + static_cast<double>(batch.source_tokens);
    return {.loss = loss,
            .tokens = batch.target_tokens,
            .parts = {{"loss", loss, tokens}, {"nll", nll, tokens}}};
  }
};

ValidationSet set_of(const std::string& name, std::vector<Batch> batches) {
  ValidationSet set;
  set.name = name;
  set.batches = std::move(batches);
  return set;
}

// Within a set tokens count, wherever the batches end; sets count equally, however large.
TEST(Validation, IsTheMeanOfTheSetsMeans) {
  Transformer model = testing::small_model(testing::small_options());
  const auto world = single_process();
  const ValidationSet small = set_of("small", {testing::random_batch({{3, 2}})});  // 2 + 3/2
  const ValidationSet large = set_of("large", {testing::random_batch({{10, 10}, {10, 30}}),
                                               testing::random_batch({{20, 10}})});  // 2 + 40/50
  const auto validate = [&](std::vector<ValidationSet> sets) {
    return Validation(std::move(sets), std::make_shared<CountingCriterion>(), nullptr, {}, 0,
                      *world)(model, 7)
        .result;
  };
  EXPECT_NEAR(validate({small}).loss, 2 + 3.0 / 2, 1e-12);
  EXPECT_NEAR(validate({large}).loss, 2 + 40.0 / 50, 1e-12);
  const ValidationResult both = validate({small, large});
  EXPECT_NEAR(both.loss, 2 + (3.0 / 2 + 40.0 / 50) / 2, 1e-12);
  EXPECT_NEAR(both.nll, 2, 1e-12);
  EXPECT_EQ(both.update, 7);
  EXPECT_EQ(both.bleu, -1) << "nothing is translated";
}

}  // namespace
}  // namespace nmt
