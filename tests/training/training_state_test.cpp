#include "nmt/training/training_state.h"

#include <gtest/gtest.h>

namespace nmt {
namespace {

// Each metric has another best; of two that are equally good, the earlier one is.
TEST(BestUpdate, IsThatOfTheMetricAndTheEarlierOfEquals) {
  const std::vector<ValidationResult> validations = {
      {.update = 10, .loss = 4, .nll = 1, .bleu = 20, .chrf = 50},
      {.update = 20, .loss = 2, .nll = 3, .bleu = 21, .chrf = 40},
      {.update = 30, .loss = 3, .nll = 2, .bleu = 30, .chrf = 45},
      {.update = 40, .loss = 2, .nll = 1, .bleu = 30, .chrf = 50}};
  const auto best = [&](ValidationMetric metric) { return best_update(validations, metric); };
  EXPECT_EQ(best(ValidationMetric::kLoss), 20);
  EXPECT_EQ(best(ValidationMetric::kBleu), 30);
  EXPECT_EQ(best(ValidationMetric::kChrf), 10);
  EXPECT_EQ(best_update({}, ValidationMetric::kBleu), -1);
}

}  // namespace
}  // namespace nmt
