#include <gtest/gtest.h>
#include <torch/torch.h>

#include <filesystem>

#include "criterions/factory.h"
#include "models/transformer.h"
#include "nmt/support/safetensors.h"
#include "nmt/training/optimizer.h"
#include "nmt/training/tensor_file.h"

// Against the independent Python implementation of parity/make_fixtures.py: states, logits, loss,
// gradients and ten steps of Adam, in double precision and in fp32.

namespace nmt {
namespace {

namespace fs = std::filesystem;
const fs::path kFixtures = fs::path(NMT_SOURCE_DIR) / "tests/models/parity/fixtures";

std::vector<std::string> fixture_names() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFixtures))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

template <class E>
E named(const std::string& name) {
  for (const auto& [value, text] : enum_names(E{}))
    if (text == name) return value;
  throw Error("no such name: " + name);
}

struct Fixture {
  TensorMap tensors;
  TransformerOptions options;
  CriterionOptions criterion;

  explicit Fixture(const std::string& name) {
    const std::string path = (kFixtures / (name + ".safetensors")).string();
    tensors = load_tensors(path);
    auto metadata = SafetensorsFile(path).metadata();
    options.dim = 8;
    options.heads = 2;
    options.feed_forward_dim = 12;
    options.encoder_layers = options.decoder_layers = 2;
    options.max_positions = 16;
    options.dropout = 0;
    options.norm = named<NormPosition>(metadata["norm"]);
    options.activation = named<Activation>(metadata["activation"]);
    options.positions = named<PositionKind>(metadata["positions"]);
    options.tied_embeddings = named<TiedEmbeddings>(metadata["tied"]);
    options.embedding_norm = metadata["embedding_norm"] == "true";
    criterion.smoothing_kind = named<SmoothingKind>(metadata["smoothing"]);
  }

  /// The model with the fixture's parameters. Fails unless names and shapes are exactly the
  /// fixture's.
  Transformer model(torch::Dtype type) const {
    Transformer model(options, VocabularyShape{13, 13, 0});
    model->to(type);
    torch::NoGradGuard no_grad;
    size_t expected = 0;
    for (const auto& [name, tensor] : tensors) expected += name.starts_with("parameter.") ? 1 : 0;
    EXPECT_EQ(model->named_parameters().size(), expected);
    for (auto& entry : model->named_parameters()) {
      const auto found = tensors.find("parameter." + entry.key());
      if (found == tensors.end()) throw Error("the fixture lacks " + entry.key());
      EXPECT_EQ(found->second.sizes(), entry.value().sizes()) << entry.key();
      entry.value().copy_(found->second);
    }
    return model;
  }

  Batch batch() const {
    Batch batch;
    batch.source.ids = tensors.at("source");
    batch.source.lengths = batch.source.ids.ne(0).sum(1);
    batch.source.direction = torch::zeros_like(batch.source.lengths);
    batch.source.source_language = batch.source.target_language = batch.source.direction;
    batch.target_input = tensors.at("target_input");
    batch.target_output = tensors.at("target_output");
    batch.target_lengths = batch.target_output.ne(0).sum(1);
    batch.target_tokens = batch.target_lengths.sum().item<int64_t>();
    return batch;
  }
};

struct Precision {
  torch::Dtype type;
  double tolerance;
};

void expect_near(const torch::Tensor& actual, const torch::Tensor& expected, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(actual.sizes(), expected.sizes()) << what;
  const double scale = std::max(1.0, expected.abs().max().item<double>());
  EXPECT_LT((actual.to(torch::kFloat64) - expected).abs().max().item<double>(), tolerance * scale)
      << what;
}

class Parity : public ::testing::TestWithParam<std::string> {
 protected:
  Fixture fixture{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Fixtures, Parity, ::testing::ValuesIn(fixture_names()),
                         [](const auto& name) { return name.param; });

TEST_P(Parity, StatesLogitsLossAndGradients) {
  for (const auto& [type, tolerance] :
       {Precision{torch::kFloat64, 1e-11}, Precision{torch::kFloat32, 1e-5}}) {
    Transformer model = fixture.model(type);
    const Batch batch = fixture.batch();
    {
      torch::NoGradGuard no_grad;
      const Memory memory = model->encode(batch.source);
      const torch::Tensor source_mask = batch.source.mask().unsqueeze(-1);
      expect_near(memory.states * source_mask, fixture.tensors.at("memory"), tolerance, "memory");
      const torch::Tensor logits =
          model->project(model->decode(memory, batch.target_input, batch.target_mask()));
      expect_near(logits * batch.target_mask().unsqueeze(-1), fixture.tensors.at("logits"),
                  tolerance, "logits");
    }
    const CriterionResult result = (*make_criterion(fixture.criterion))(model, batch, {});
    expect_near(result.loss.detach(), fixture.tensors.at("loss"), tolerance, "loss");
    EXPECT_EQ(result.parts.at(1).name, "nll");
    expect_near(result.parts.at(1).sum, fixture.tensors.at("nll"), tolerance, "nll");
    (result.loss / static_cast<double>(result.tokens)).backward();
    for (const auto& entry : model->named_parameters()) {
      // A tensor that takes no part (positions beyond the longest sentence do not exist here) would
      // have no gradient.
      ASSERT_TRUE(entry.value().grad().defined()) << entry.key();
      expect_near(entry.value().grad(), fixture.tensors.at("gradient." + entry.key()), tolerance,
                  entry.key());
    }
  }
}

TEST_P(Parity, TenStepsOfAdam) {
  Transformer model = fixture.model(torch::kFloat64);
  const Batch batch = fixture.batch();
  const auto criterion = make_criterion(fixture.criterion);
  const auto world = single_process();
  Optimizer::NamedTensors parameters;
  for (const auto& entry : model->named_parameters())
    parameters.emplace_back(entry.key(), entry.value());
  Optimizer optimizer(parameters, {.beta1 = 0.9, .beta2 = 0.98, .epsilon = 1e-9}, *world);
  for (int step = 0; step < 10; ++step) {
    optimizer.clear_gradients();
    const CriterionResult result = (*criterion)(model, batch, {});
    result.loss.backward();
    optimizer.step(1e-2, torch::tensor(static_cast<float>(result.tokens)));
  }
  // The gradient of a key's bias is 0 but for rounding (softmax does not see it), which differs
  // between processors and which Adam, dividing by its size, enlarges.
  for (const auto& entry : model->named_parameters()) {
    const double tolerance = entry.key().ends_with("kv.bias") ? 1e-8 : 1e-9;
    expect_near(entry.value().detach(), fixture.tensors.at("adam." + entry.key()), tolerance,
                entry.key());
  }
}

}  // namespace
}  // namespace nmt
