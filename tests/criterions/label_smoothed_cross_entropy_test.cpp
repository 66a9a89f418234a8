#include "criterions/label_smoothed_cross_entropy.h"

#include <ATen/autocast_mode.h>

#include "criterions/vocabulary_loss.h"
#include "tests/criterions/naive.h"

namespace nmt {
namespace {

using testing::gradients;
using testing::max_difference;
using testing::parts_of;
using testing::relative_error;
using testing::small_model;
using testing::small_options;
using testing::three_pairs;

TEST(LabelSmoothing, HandComputed) {
  // p = (½, ¼, ¼), reference 0, eps 0.3. nll = ln 2, Σ −ln p = ln 2 + 2 ln 4 = 5 ln 2.
  const torch::Tensor log_p = torch::tensor({{0.5, 0.25, 0.25}}, torch::kFloat64).log();
  const torch::Tensor target = torch::tensor({0}, torch::kInt64);
  const double ln2 = std::log(2);
  const auto loss = [&](SmoothingKind kind) {
    return smoothed_cross_entropy(log_p.clone(), target, smoothing_weights(kind, 0.3, 3),
                                  Gradient::kNeeded);
  };
  const auto row = [](double a, double b) { return torch::tensor({{a, b, b}}, torch::kFloat64); };
  // uniform: 0.7 ln 2 + 0.1 · 5 ln 2 = 1.2 ln 2; fairseq: 0.55 ln 2 + 0.15 · 5 ln 2 = 1.3 ln 2.
  EXPECT_NEAR(loss(SmoothingKind::kUniform).loss.item<double>(), 1.2 * ln2, 1e-15);
  EXPECT_NEAR(loss(SmoothingKind::kFairseq).loss.item<double>(), 1.3 * ln2, 1e-15);
  EXPECT_NEAR(loss(SmoothingKind::kFairseq).nll.item<double>(), ln2, 1e-15);
  // p − wanted: (½ − 0.8, ¼ − 0.1, ¼ − 0.1) and (½ − 0.7, ¼ − 0.15, ¼ − 0.15).
  EXPECT_LT(max_difference(loss(SmoothingKind::kUniform).gradient, row(-0.3, 0.15)), 1e-15);
  EXPECT_LT(max_difference(loss(SmoothingKind::kFairseq).gradient, row(-0.2, 0.1)), 1e-15);
}

TEST(LabelSmoothedCrossEntropy, EqualsNaiveLoops) {
  for (const auto tied : {TiedEmbeddings::kAll, TiedEmbeddings::kNone})
    for (const auto kind : {SmoothingKind::kUniform, SmoothingKind::kFairseq})
      for (const double eps : {0.0, 0.1}) {
        TransformerOptions options = small_options();
        options.tied_embeddings = tied;
        Transformer model = small_model(options);
        const auto criterion = make_criterion({.label_smoothing = eps, .smoothing_kind = kind});
        const CriterionResult result = (*criterion)(model, three_pairs(), {});
        const torch::Tensor log_p = testing::log_probabilities(model, three_pairs());
        const torch::Tensor targets = testing::references(three_pairs());
        const auto parts = parts_of(result);
        const double expected = testing::naive_loss(log_p, targets, kind, eps);
        EXPECT_NEAR(result.loss.item<double>(), expected, 1e-10);
        EXPECT_NEAR(parts.at("loss"), expected, 1e-10);
        EXPECT_NEAR(parts.at("nll"), testing::naive_loss(log_p, targets, kind, 0), 1e-10);
        EXPECT_EQ(result.tokens, 19);
        const auto wanted = gradients(model, testing::plain_loss(log_p, targets, kind, eps));
        testing::expect_equal(gradients(model, result.loss), wanted, 1e-10);
      }
}

TEST(LabelSmoothedCrossEntropy, BackwardScalesWithTheOuterGradient) {
  Transformer model = small_model(small_options());
  const auto criterion = make_criterion({});
  const auto once = gradients(model, (*criterion)(model, three_pairs(), {}).loss);
  const auto third = gradients(model, (*criterion)(model, three_pairs(), {}).loss / 3);
  testing::expect_equal(once, third, 1e-12, 3);
}

TEST(LabelSmoothedCrossEntropy, NeedsNoGradientInValidation) {
  Transformer model = small_model(small_options());
  const auto criterion = make_criterion({});
  const double with_gradient = (*criterion)(model, three_pairs(), {}).loss.item<double>();
  const torch::NoGradGuard no_grad;
  const CriterionResult result = (*criterion)(model, three_pairs(), {.training = false});
  EXPECT_FALSE(result.loss.requires_grad());
  EXPECT_NEAR(result.loss.item<double>(), with_gradient, 1e-10);
}

TEST(LabelSmoothedCrossEntropy, StaysNearUnderAutocast) {
  Transformer model = small_model(small_options());
  testing::round_weights_to_bf16(model);
  const auto criterion = make_criterion({});
  const CriterionResult exact = (*criterion)(model, three_pairs(), {});
  const auto exact_gradients = gradients(model, exact.loss);
  model->to(torch::kFloat32);
  at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
  at::autocast::set_autocast_enabled(at::kCPU, true);
  const CriterionResult half = (*criterion)(model, three_pairs(), {});
  at::autocast::clear_cache();
  at::autocast::set_autocast_enabled(at::kCPU, false);
  EXPECT_EQ(half.loss.scalar_type(), torch::kFloat32);
  EXPECT_NEAR(half.loss.item<double>() / exact.loss.item<double>(), 1, 0.003);
  std::vector<torch::Tensor> found, expected;
  for (const auto& [name, tensor] : gradients(model, half.loss)) {
    EXPECT_EQ(tensor.scalar_type(), torch::kFloat32) << name;
    EXPECT_LT(relative_error(tensor, exact_gradients.at(name)), 0.4) << name;
    found.push_back(tensor.flatten());
    expected.push_back(exact_gradients.at(name).flatten());
  }
  // As the other bounds, three times what rounding costs or a little more.
  EXPECT_LT(relative_error(torch::cat(found), torch::cat(expected)), 0.09);
}

// More positions than fit one piece: the sum over pieces is the whole.
void expect_pieces_to_add_up(int64_t vocabulary, int64_t positions,
                             const std::vector<int64_t>& expected_firsts) {
  torch::manual_seed(2);
  const auto options = torch::TensorOptions().dtype(torch::kFloat64);
  const torch::Tensor hidden = torch::randn({positions, 3}, options).requires_grad_();
  const torch::Tensor weight = torch::randn({vocabulary, 3}, options).requires_grad_();
  const torch::Tensor factor = torch::randn({positions}, options);
  std::vector<int64_t> firsts;
  const VocabularyLoss loss = vocabulary_loss(hidden, weight, 1, [&](const LogitPiece& piece) {
    firsts.push_back(piece.first);
    const torch::Tensor factors = factor.narrow(0, piece.first, piece.logits.size(0)).unsqueeze(1);
    return PieceLoss{.loss = (piece.logits.square() * factors).sum(),
                     .parts = {piece.logits.sum()},
                     .gradient = piece.logits * factors * 2};
  });
  EXPECT_EQ(firsts, expected_firsts);
  const torch::Tensor logits = torch::matmul(hidden, weight.t());
  const torch::Tensor expected = (logits.square() * factor.unsqueeze(1)).sum();
  EXPECT_NEAR(loss.loss.item<double>() / expected.item<double>(), 1, 1e-12);
  EXPECT_NEAR(loss.parts[0].item<double>(), logits.sum().item<double>(), 1e-6);
  const auto actual = torch::autograd::grad({loss.loss}, {hidden, weight});
  const auto wanted = torch::autograd::grad({expected}, {hidden, weight});
  for (size_t i = 0; i < 2; ++i)
    EXPECT_LT(max_difference(actual[i], wanted[i]), 1e-10 * wanted[i].abs().max().item<double>());
}

// Of a frozen output projection, or of states that nothing is learnt from, no gradient is worked
// out; the other one is the same to the last bit.
TEST(VocabularyLoss, WorksOutTheGradientsThatAreAskedFor) {
  const auto gradients_of = [](bool of_hidden, bool of_weight) {
    torch::manual_seed(2);
    const torch::Tensor hidden = torch::randn({40, 3}, torch::kFloat64).requires_grad_(of_hidden);
    const torch::Tensor weight = torch::randn({11, 3}, torch::kFloat64).requires_grad_(of_weight);
    const VocabularyLoss loss = vocabulary_loss(hidden, weight, 0, [](const LogitPiece& piece) {
      EXPECT_EQ(piece.gradient, Gradient::kNeeded);
      return PieceLoss{
          .loss = piece.logits.square().sum(), .parts = {}, .gradient = piece.logits * 2};
    });
    // Asked directly: backward() drops what nobody requires.
    return (*loss.loss.grad_fn())({torch::ones({}, torch::kFloat64)});
  };
  const auto both = gradients_of(true, true), hidden = gradients_of(true, false),
             weight = gradients_of(false, true);
  EXPECT_TRUE(hidden[0].equal(both[0]));
  EXPECT_FALSE(hidden[1].defined());
  EXPECT_FALSE(weight[0].defined());
  EXPECT_TRUE(weight[1].equal(both[1]));
}

TEST(VocabularyLoss, PiecesAddUp) {
  expect_pieces_to_add_up(1 << 12, 1100, {0, 512, 1024});
  expect_pieces_to_add_up(1 << 14, 600, {0, 256, 512});  // of no fewer positions, however large
}

}  // namespace
}  // namespace nmt
