// What a method brings to the model (a module with a parameter and a buffer), and what its hooks
// save and log.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "nmt/commands/engine_commands.h"
#include "nmt/run/trained_run.h"
#include "nmt/support/atomic_file.h"
#include "nmt/training/method.h"
#include "tests/commands/program.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

struct GatedOptions : MethodOptions {
  int64_t hooks = 1;
  double initial_gain = 0;
  void declare(OptionTable& table) override {
    table.group("gated", "A test method with a module");
    table.add("gated.hooks", hooks, "so many hooks that save one name");
    table.add("gated.initial_gain", initial_gain, "for runs that start from one without; 0: none");
  }
};

class Gate : public torch::nn::Module {
 public:
  explicit Gate(int64_t dim)
      : gain(register_parameter("gain", torch::ones({dim}))),
        open(register_buffer("open", torch::ones({dim}, torch::kBool))) {}
  torch::Tensor gain, open;  // [dim]
};

class GatedEmbedding : public PlainSourceEmbedding {
 public:
  GatedEmbedding(const TokenEmbedding& tokens, const TransformerOptions& options,
                 std::shared_ptr<const Gate> gate)
      : PlainSourceEmbedding(tokens, options), gate_(std::move(gate)) {}
  EmbeddedSource embed(const SourceBatch& source) override {
    EmbeddedSource embedded = PlainSourceEmbedding::embed(source);
    embedded.states = embedded.states * (gate_->gain * gate_->open);
    return embedded;
  }

 private:
  std::shared_ptr<const Gate> gate_;
};

/// Closes the gates 2 and 5 after the updates of these numbers.
class CloseGates : public TrainingHook {
 public:
  explicit CloseGates(std::shared_ptr<Gate> gate) : gate_(std::move(gate)) {}
  void update_finished(Transformer&, const StepContext& step) override {
    if (step.update % 3 == 2) gate_->open.select(0, step.update).fill_(false);
  }
  std::map<std::string, double> log_values() override {
    return {{"closed", gate_->open.logical_not().sum().item<double>()}};
  }

 private:
  std::shared_ptr<Gate> gate_;
};

class SavingHook : public TrainingHook {
 public:
  TensorMap save() const override { return {{"seen", torch::ones({1})}}; }
};

void attach(const MethodOptions& method_options, const MethodContext& context,
            Extensions& extensions) {
  const auto& options = dynamic_cast<const GatedOptions&>(method_options);
  const auto gate = std::make_shared<Gate>(context.model.dim);
  extensions.modules["gated"] = gate;
  extensions.source_embedding.set(
      "gated", [gate](const TokenEmbedding& tokens, const TransformerOptions& model) {
        return std::make_shared<GatedEmbedding>(tokens, model, gate);
      });
  extensions.hooks.push_back({"gated", std::make_shared<CloseGates>(gate)});
  for (int64_t i = 0; i < options.hooks; ++i)
    extensions.hooks.push_back({"gated", std::make_shared<SavingHook>()});
  if (options.initial_gain != 0)
    extensions.initial_weights.push_back(
        [gain = options.initial_gain](TensorMap& weights, const Transformer& model) {
          weights["gated.gain"] = torch::full({model->options().dim}, gain);
          weights["gated.open"] = model->named_buffers()["gated.open"].clone();
        });
}

class BroughtModule : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    static const bool added = [] {
      append_method({"gated", "for tests", [] { return std::make_unique<GatedOptions>(); }, {}});
      append_implementation({"gated", attach, {}});
      return true;
    }();
    (void)added;
  }

  std::string run(const std::string& name) const { return folder_.file(name); }

  int train(const std::string& name, int updates, const std::vector<std::string>& more = {}) const {
    std::vector<std::string> words = {
        small_run().recipe,     "--run", run(name),   "--threads", "1",
        "--valid.every",        "3",     "--methods", "gated",     "--train.max_updates",
        std::to_string(updates)};
    words.insert(words.end(), more.begin(), more.end());
    return run_train(words);
  }

  std::string file(const std::string& name, const std::string& of, int update) const {
    return RunFolder(run(name)).checkpoint(update) + "/" + of;
  }

  TemporaryFolder folder_;
};

torch::Tensor closed(std::initializer_list<int64_t> gates) {
  torch::Tensor open = torch::ones({32}, torch::kBool);
  for (const int64_t gate : gates) open.select(0, gate).fill_(false);
  return open;
}

TEST_F(BroughtModule, IsTrainedSavedResumedAndDecodedWith) {
  ASSERT_EQ(train("whole", 6), 0);
  ASSERT_EQ(train("resumed", 3), 0);
  const TensorMap early = load_tensors(file("resumed", kWeightsFile, 3));
  EXPECT_TRUE(early.at("gated.open").equal(closed({2})));
  ASSERT_EQ(train("resumed", 6), 0);
  for (const char* name : {kWeightsFile, kAverageFile, kTrainingFile})
    EXPECT_TRUE(read_file(file("whole", name, 6)) == read_file(file("resumed", name, 6))) << name;

  const TensorMap weights = load_tensors(file("whole", kWeightsFile, 6));
  const TensorMap average = load_tensors(file("whole", kAverageFile, 6));
  EXPECT_TRUE(weights.at("gated.open").equal(closed({2, 5})));
  EXPECT_TRUE(average.at("gated.open").equal(closed({2, 5})));
  EXPECT_FALSE(weights.at("gated.gain").equal(early.at("gated.gain")));
  EXPECT_FALSE(weights.at("gated.gain").equal(average.at("gated.gain")));
  EXPECT_EQ(load_tensors(file("whole", kTrainingFile, 6)).count("optimizer.mean.gated.gain"), 1u);

  const RunFolder folder(run("whole"));
  const nmt::Run opened = open_run(folder, read_recipe(folder.config()), "6", torch::kCPU);
  for (const auto& [name, tensor] : opened.model->saved_tensors())
    EXPECT_TRUE(tensor.equal(average.at(name))) << name;
  const std::string in = folder_.write("in", "A man sees a house.\n");
  for (const char* precision : {"fp32", "bf16", "int8"})
    EXPECT_EQ(run_translate({run("whole"), "--input", in, "--output", run("out"), "--threads", "1",
                             "--decode.precision", precision}),
              0)
        << precision;
}

TEST_F(BroughtModule, FlagsAreAveragedOnlyWhereTheyAgree) {
  ASSERT_EQ(train("run", 3), 0);
  ASSERT_EQ(train("run", 6), 0);
  const std::string mean = run("mean");
  const std::string refused = message_of([&] {
    run_average({run("run"), "--checkpoints", "3", "6", "--output", mean});
  });
  EXPECT_NE(refused.find("'gated.open' is no weight"), std::string::npos) << refused;
  ASSERT_EQ(run_average({run("run"), "--checkpoints", "6", "--output", mean}), 0);
  EXPECT_TRUE(read_file(mean + "/" + kWeightsFile) == read_file(file("run", kAverageFile, 6)));
}

TEST_F(BroughtModule, StartsFromARunWithoutItWhenTheMethodFillsItIn) {
  const std::string refused = message_of([&] {
    train("refused", 1, {"--train.initial", small_run().run});
  });
  EXPECT_NE(refused.find("holds no tensor 'gated.gain'"), std::string::npos) << refused;
  ASSERT_EQ(train("filled", 1, {"--train.initial", small_run().run, "--gated.initial_gain", "0.5"}),
            0);
  const TensorMap weights = load_tensors(file("filled", kWeightsFile, 1));
  EXPECT_LT((weights.at("gated.gain") - 0.5).abs().max().item<double>(), 0.01);
  const TensorMap before = load_best_weights(RunFolder(small_run().run).find_checkpoint("best"));
  const torch::Tensor& table = before.at("target_tokens.weight");
  EXPECT_LT((weights.at("target_tokens.weight") - table).abs().max().item<double>(), 0.01);
}

TEST_F(BroughtModule, ItsHooksLogNumbersAndSaveUnderNamesOfTheirOwn) {
  ASSERT_EQ(train("run", 3), 0);
  const std::vector<nlohmann::json> logged = events(run("run"), "train");
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(logged.front().at("gated/closed"), 1);
  const std::string refused = message_of([&] { train("two", 3, {"--gated.hooks", "2"}); });
  EXPECT_NE(refused.find("'gated' has two hooks that save a 'seen'"), std::string::npos) << refused;
}

TEST_F(BroughtModule, WithoutOneACheckpointHoldsParametersOnly) {
  const RunFolder folder(small_run().run);
  const nmt::Run opened = open_run(folder, read_recipe(folder.config()), "last", torch::kCPU);
  std::vector<std::string> saved, parameters = opened.model->named_parameters().keys();
  for (const char* name : {kWeightsFile, kAverageFile}) {
    saved.clear();
    for (const auto& [tensor_name, tensor] :
         load_tensors(folder.find_checkpoint("last") + "/" + name))
      saved.push_back(tensor_name);
    std::sort(parameters.begin(), parameters.end());
    EXPECT_EQ(saved, parameters) << name;
  }
}

}  // namespace
}  // namespace nmt
