#include "tests/criterions/naive.h"

// R-Drop and distillation: criterions with two passes and with a second model.

namespace nmt {
namespace {

using testing::expect_equal;
using testing::gradients;
using testing::log_probabilities;
using testing::parts_of;
using testing::plain_loss;
using testing::references;
using testing::small_model;
using testing::small_options;
using testing::three_pairs;

constexpr auto kFairseq = SmoothingKind::kFairseq;

TEST(RDrop, WithoutDropoutIsCrossEntropy) {
  Transformer model = small_model(small_options());
  model->train();
  const CriterionResult plain = (*make_criterion({}))(model, three_pairs(), {});
  const CriterionResult result =
      (*make_criterion({.kind = CriterionKind::kRDrop}))(model, three_pairs(), {});
  EXPECT_NEAR(result.loss.item<double>(), plain.loss.item<double>(), 1e-10);
  EXPECT_NEAR(parts_of(result).at("kl"), 0, 1e-12);
  EXPECT_NEAR(parts_of(result).at("nll"), parts_of(plain).at("nll"), 1e-10);
  const auto wanted = gradients(model, plain.loss);
  expect_equal(gradients(model, result.loss), wanted, 1e-10);
}

TEST(RDrop, WithDropoutEqualsTheFormula) {
  TransformerOptions shape = small_options();
  shape.dropout = 0.2;
  Transformer model = small_model(shape);
  model->train();
  torch::manual_seed(11);
  const torch::Tensor log_p = log_probabilities(model, three_pairs());
  const torch::Tensor log_q = log_probabilities(model, three_pairs());
  double divergence = 0;
  const auto p = log_p.accessor<double, 2>(), q = log_q.accessor<double, 2>();
  for (int64_t t = 0; t < log_p.size(0); ++t)
    for (int64_t v = 0; v < log_p.size(1); ++v) {
      divergence += 0.5 * std::exp(p[t][v]) * (p[t][v] - q[t][v]);
      divergence += 0.5 * std::exp(q[t][v]) * (q[t][v] - p[t][v]);
    }
  const torch::Tensor targets = references(three_pairs());
  const double cross_entropies = testing::naive_loss(log_p, targets, kFairseq, 0.1) +
                                 testing::naive_loss(log_q, targets, kFairseq, 0.1);
  torch::manual_seed(11);
  const CriterionResult result =
      (*make_criterion({.kind = CriterionKind::kRDrop, .r_drop_alpha = 3.0}))(model, three_pairs(),
                                                                              {});
  EXPECT_GT(divergence, 0.01);
  EXPECT_NEAR(parts_of(result).at("kl"), divergence, 1e-10);
  EXPECT_NEAR(result.loss.item<double>(), 0.5 * cross_entropies + 1.5 * divergence, 1e-9);
  // The same by autograd: alpha/4 = 0.75 of KL(p‖q) + KL(q‖p).
  const torch::Tensor expected =
      (plain_loss(log_p, targets, kFairseq, 0.1) + plain_loss(log_q, targets, kFairseq, 0.1)) *
          0.5 +
      ((log_p.exp() - log_q.exp()) * (log_p - log_q)).sum() * 0.75;
  const auto wanted = gradients(model, expected);
  expect_equal(gradients(model, result.loss), wanted, 1e-9);
}

TEST(RDrop, ValidatesWithOnePass) {
  Transformer model = small_model(small_options());
  const auto criterion = make_criterion({.kind = CriterionKind::kRDrop});
  EXPECT_EQ(parts_of((*criterion)(model, three_pairs(), {.training = false})).count("kl"), 0u);
}

Transformer other_model(int64_t vocabulary = testing::kVocabulary) {
  TransformerOptions options = small_options();
  options.dim = 12;
  options.encoder_layers = 1;
  Transformer model = small_model(options, {}, vocabulary);
  model->train();  // the criterion puts it into evaluation mode
  return model;
}

TEST(Distillation, TeacherEqualToStudentAddsNothing) {
  Transformer model = small_model(small_options());
  const auto criterion = make_criterion({.kind = CriterionKind::kDistillation,
                                         .distillation_weight = 0.4,
                                         .distillation_temperature = 2.0},
                                        small_model(small_options()));
  const CriterionResult result = (*criterion)(model, three_pairs(), {});
  const CriterionResult plain = (*make_criterion({}))(model, three_pairs(), {});
  EXPECT_NEAR(parts_of(result).at("kl"), 0, 1e-12);
  EXPECT_NEAR(result.loss.item<double>(), 0.6 * plain.loss.item<double>(), 1e-10);
  const auto wanted = gradients(model, plain.loss);
  expect_equal(gradients(model, result.loss), wanted, 1e-10, 0.6);
}

TEST(Distillation, EqualsTheFormula) {
  for (const double temperature : {1.0, 2.5}) {
    Transformer model = small_model(small_options()), teacher = other_model();
    const auto criterion = make_criterion({.kind = CriterionKind::kDistillation,
                                           .distillation_weight = 0.7,
                                           .distillation_temperature = temperature},
                                          teacher);
    const CriterionResult result = (*criterion)(model, three_pairs(), {});
    EXPECT_FALSE(teacher->is_training());
    const torch::Tensor soft_q =
        torch::log_softmax(log_probabilities(teacher, three_pairs()).detach() / temperature, -1);
    const torch::Tensor log_p = log_probabilities(model, three_pairs());
    const torch::Tensor soft_p = torch::log_softmax(log_p / temperature, -1);
    const torch::Tensor divergence = (soft_q.exp() * (soft_q - soft_p)).sum();
    const torch::Tensor expected =
        plain_loss(log_p, references(three_pairs()), kFairseq, 0.1) * 0.3 +
        divergence * (0.7 * temperature * temperature);
    EXPECT_NEAR(parts_of(result).at("kl"), divergence.item<double>(), 1e-9);
    EXPECT_NEAR(result.loss.item<double>(), expected.item<double>(), 1e-9);
    const auto wanted = gradients(model, expected);
    expect_equal(gradients(model, result.loss), wanted, 1e-9);
    for (const auto& parameter : teacher->parameters()) EXPECT_FALSE(parameter.grad().defined());
  }
}

TEST(Distillation, RefusesNoTeacherAndOtherVocabularies) {
  const CriterionOptions options{.kind = CriterionKind::kDistillation};
  EXPECT_THROW(make_criterion(options), UsageError);
  Transformer model = small_model(small_options());
  Transformer teacher(small_options(), VocabularyShape{7, 7, 0});
  EXPECT_THROW((*make_criterion(options, teacher))(model, three_pairs(), {}), UsageError);
}

/// Padding and batch mates change nothing: the loss of a batch, and its parts, are the sums of
/// those of its sentences.
void expect_to_add_up(const std::vector<TokenPair>& pairs, const TransformerOptions& shape,
                      int64_t vocabulary) {
  for (const auto& [kind, name] : enum_names(CriterionKind{})) {
    Transformer model = small_model(shape, {}, vocabulary);
    const auto criterion = make_criterion({.kind = kind}, other_model(vocabulary));
    const auto parts = [&](const std::vector<TokenPair>& some) {
      return parts_of((*criterion)(model, make_batch(some, testing::kPad, testing::kBos), {}));
    };
    std::map<std::string, double> sums;
    for (const TokenPair& pair : pairs)
      for (const auto& [part, value] : parts({pair})) sums[part] += value;
    for (const auto& [part, value] : parts(pairs))
      EXPECT_NEAR(value, sums[part], 1e-10 * std::max(1.0, value)) << name << " " << part;
  }
}

TEST(Criterions, AddUpOverSentences) {
  expect_to_add_up(testing::random_pairs({{5, 4}, {3, 9}, {7, 6}}), small_options(),
                   testing::kVocabulary);
}

// 300 positions, of which a piece of logits over such a vocabulary has 256.
TEST(Criterions, AddUpOverSentencesInMoreThanOnePiece) {
  TransformerOptions shape = small_options();
  shape.dim = 8;
  expect_to_add_up(testing::random_pairs(std::vector(30, std::pair<int64_t, int64_t>(10, 10))),
                   shape, 1 << 14);
}

}  // namespace
}  // namespace nmt
