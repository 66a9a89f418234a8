#include "nmt/training/validation.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "nmt/scoring/named_metric.h"
#include "tests/data/test_corpus.h"
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

/// Translates by what a request has as the beginning of its translation.
class EchoTranslator final : public Translator {
 public:
  std::vector<Translation> translate(const std::vector<TranslationRequest>& requests) override {
    std::vector<Translation> translations;
    for (const TranslationRequest& request : requests)
      translations.push_back({.hypotheses = {{.tokens = request.tokens.target}}});
    return translations;
  }
};

TEST(Validation, IsTheMeanOfTheSetsScores) {
  Transformer model = testing::small_model(testing::small_options());
  const auto world = single_process();
  Languages languages;
  languages.add({"en", "de"});
  const auto encoder = std::make_shared<PairEncoder>(small_vocabularies(), languages, TagOptions{});
  const std::vector<std::string> references = {"kalo mi neru sta ti vo.", "lo lo ti vo mi kane.",
                                               "sta ru zu zu mi lo ka."};
  // The first one right, as a set of its own; the others translated by its translation.
  const auto set_of_lines = [&](size_t first, size_t count, const std::string& tokenizer = "13a") {
    ValidationSet set;
    set.name = tokenizer;
    set.bleu = scoring::make_named_metric("bleu", tokenizer);
    set.references.assign(references.begin() + static_cast<std::ptrdiff_t>(first),
                          references.begin() + static_cast<std::ptrdiff_t>(first + count));
    set.requests.resize(count);
    for (TranslationRequest& request : set.requests)
      request.tokens.target = encoder->vocabularies().target->encode(references.front());
    return set;
  };
  const auto validate = [&](std::vector<ValidationSet> sets) {
    return Validation(
        std::move(sets), std::make_shared<CountingCriterion>(), encoder,
        [](Transformer&) { return std::make_unique<EchoTranslator>(); }, 0, *world)(model, 7);
  };
  const ValidationResult right = validate({set_of_lines(0, 1)}).result,
                         wrong = validate({set_of_lines(1, 2)}).result;
  EXPECT_NEAR(right.bleu, 100, 1e-9);
  EXPECT_NEAR(right.chrf, 100, 1e-9);
  EXPECT_LT(wrong.bleu, 50);
  EXPECT_LT(wrong.chrf, 50);
  const ValidationOutcome both = validate({set_of_lines(0, 1), set_of_lines(1, 2, "char")});
  EXPECT_NEAR(both.result.chrf, (100 + wrong.chrf) / 2, 1e-9);
  ASSERT_EQ(both.scores.size(), 2U);
  EXPECT_EQ(both.scores[0].bleu.value, right.bleu);
  EXPECT_EQ(both.scores[1].set, "char");
  EXPECT_EQ(both.scores[1].chrf.value, wrong.chrf);
  EXPECT_NEAR(both.result.bleu, (right.bleu + both.scores[1].bleu.value) / 2, 1e-9);
  EXPECT_NE(both.scores[0].bleu.signature.text().find("|tok:13a|"), std::string::npos);
  EXPECT_NE(both.scores[1].bleu.signature.text().find("|tok:char|"), std::string::npos);
}

}  // namespace
}  // namespace nmt
