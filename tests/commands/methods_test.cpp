// The extension points: two test methods that between them take every one, switched on together in
// a recipe.

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <map>

#include "nmt/commands/engine_commands.h"
#include "nmt/support/atomic_file.h"
#include "nmt/training/method.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

/// How often each point was reached.
std::map<std::string, int> calls;

struct ProbeOptions : MethodOptions {
  double strength = 1;
  void declare(OptionTable& table) override {
    table.group("probe", "A test method");
    table.add("probe.strength", strength, "exponent of the attention scale").range(0, 10);
  }
};

class ProbeScale : public AttentionScale {
 public:
  explicit ProbeScale(double strength) : strength_(strength) {}
  torch::Tensor scale(AttentionKind, const torch::Tensor& key_counts,
                      const torch::Tensor& positions) override {
    ++calls["attention_scale"];
    const torch::Tensor n = key_counts.defined() ? key_counts.unsqueeze(1) : positions + 1;
    return (n + 1).log().pow(strength_).to(torch::kFloat32);
  }

 private:
  double strength_;
};

class ProbeListener : public ActivationListener {
 public:
  torch::Tensor on_activation(const ActivationSite& site, const torch::Tensor& h,
                              const SentenceInfo&) override {
    ++calls["site " + site.name];
    return h;
  }
};

class ProbeAnnotator : public BatchAnnotator {
 public:
  void annotate(SourceBatch& source, const std::vector<TokenPair>& pairs) const override {
    ++calls["annotator"];
    source.annotations["probe.pairs"] =
        torch::full({source.size()}, static_cast<int64_t>(pairs.size()));
  }
};

class ProbeHook : public TrainingHook {
 public:
  void run_started(Transformer&, const TrainingState&) override { ++calls["run_started"]; }
  void epoch_started(int64_t) override { ++calls["epoch_started"]; }
  void gradients_ready(Transformer& model, const StepContext&,
                       const torch::Tensor& tokens) override {
    EXPECT_TRUE(model->parameters().front().grad().defined());
    EXPECT_GT(tokens.item<double>(), 1);
    ++calls["gradients_ready"];
  }
  void update_finished(Transformer&, const StepContext& step) override {
    EXPECT_EQ(step.update, ++updates_);
    ++calls["update_finished"];
  }
  void validated(const ValidationResult&) override { ++calls["validated"]; }
  TensorMap save() const override { return {{"updates", torch::tensor(updates_)}}; }
  void load(const TensorMap& saved) override { updates_ = saved.at("updates").item<int64_t>(); }

 private:
  int64_t updates_ = 0;
};

/// An added loss that sees the annotation of this method.
class ProbePenalty : public Criterion {
 public:
  CriterionResult operator()(Transformer& model, const Batch& batch, const StepContext&) override {
    ++calls["added_loss"];
    EXPECT_EQ(batch.source.annotations.at("probe.pairs")[0].item<int64_t>(), batch.size());
    const auto tokens = static_cast<double>(batch.target_tokens);
    const torch::Tensor penalty = model->parameters().front().square().sum() * (1e-6 * tokens);
    return {penalty, batch.target_tokens, {{"penalty", penalty.detach(), tokens}}};
  }
};

class WrapEmbedding : public PlainSourceEmbedding {
 public:
  using PlainSourceEmbedding::PlainSourceEmbedding;
  EmbeddedSource embed(const SourceBatch& source) override {
    ++calls["source_embedding"];
    return PlainSourceEmbedding::embed(source);
  }
};

class WrapCriterion : public Criterion {
 public:
  explicit WrapCriterion(std::shared_ptr<Criterion> inner) : inner_(std::move(inner)) {}
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override {
    ++calls["criterion"];
    return (*inner_)(model, batch, step);
  }

 private:
  std::shared_ptr<Criterion> inner_;
};

class WrapPlanner : public BatchPlanner {
 public:
  explicit WrapPlanner(std::unique_ptr<BatchPlanner> inner)
      : BatchPlanner(inner->context()), inner_(std::move(inner)) {}
  BatchPlan plan(int64_t epoch, int64_t group) const override {
    ++calls["batch_planner"];
    return inner_->plan(epoch, group);
  }

 private:
  std::unique_ptr<BatchPlanner> inner_;
};

class WrapTranslator : public Translator {
 public:
  explicit WrapTranslator(std::unique_ptr<Translator> inner) : inner_(std::move(inner)) {}
  std::vector<Translation> translate(const std::vector<TranslationRequest>& requests) override {
    ++calls["translator"];
    return inner_->translate(requests);
  }

 private:
  std::unique_ptr<Translator> inner_;
};

void attach_probe(const MethodOptions& options, const MethodContext& context,
                  Extensions& extensions) {
  EXPECT_EQ(context.encoder.languages().directions().size(), 1u);
  const double strength = dynamic_cast<const ProbeOptions&>(options).strength;
  extensions.attention_scale.set("probe", std::make_shared<ProbeScale>(strength));
  extensions.listeners.push_back(std::make_shared<ProbeListener>());
  extensions.annotators.push_back(std::make_shared<ProbeAnnotator>());
  extensions.hooks.push_back({"probe", std::make_shared<ProbeHook>()});
  extensions.added_losses.push_back(std::make_shared<ProbePenalty>());
}

void attach_wrap(const MethodOptions&, const MethodContext&, Extensions& extensions) {
  extensions.source_embedding.set("wrap", [](TokenEmbedding tokens, const TransformerOptions& o) {
    return std::make_shared<WrapEmbedding>(tokens, o);
  });
  extensions.criterion.set("wrap", [](std::shared_ptr<Criterion> c) {
    return std::make_shared<WrapCriterion>(std::move(c));
  });
  extensions.batch_planner.set("wrap", [](std::unique_ptr<BatchPlanner> p) {
    return std::make_unique<WrapPlanner>(std::move(p));
  });
  extensions.translator.set("wrap", [](std::unique_ptr<Translator> t) {
    return std::make_unique<WrapTranslator>(std::move(t));
  });
}

struct NoOptions : MethodOptions {
  void declare(OptionTable&) override {}
};

template <class Options>
void add_method(const std::string& name, AttachMethod attach,
                std::vector<std::pair<std::string, MethodCommand>> commands = {}) {
  append_method({name, "for tests", [] { return std::make_unique<Options>(); }, {}});
  append_implementation({name, std::move(attach), std::move(commands)});
}

void add_test_methods() {
  static const bool added = [] {
    add_method<ProbeOptions>("probe", attach_probe,
                             {{"probe-command", [](const auto&) { return 7; }}});
    add_method<NoOptions>("wrap", attach_wrap);
    add_method<NoOptions>("rival", [](const MethodOptions&, const MethodContext&, Extensions& e) {
      e.attention_scale.set("rival", std::make_shared<ProbeScale>(1));
    });
    return true;
  }();
  (void)added;
}

std::vector<std::string> arguments(const std::string& run, std::vector<std::string> methods) {
  std::vector<std::string> words = {
      small_run().recipe, "--run", run,        "--threads", "1", "--train.max_updates", "6",
      "--valid.every",    "3",     "--methods"};
  words.insert(words.end(), methods.begin(), methods.end());
  return words;
}

TEST(Methods, TwoTogetherReachEveryPoint) {
  add_test_methods();
  const TemporaryFolder folder;
  const std::string run = folder.file("run");
  calls.clear();
  std::vector<std::string> words = arguments(run, {"probe", "wrap"});
  words.insert(words.end(), {"--probe.strength", "0.5"});
  ASSERT_EQ(run_train(words), 0);
  for (const char* point :
       {"attention_scale", "annotator", "run_started", "epoch_started", "gradients_ready",
        "update_finished", "validated", "added_loss", "source_embedding", "criterion",
        "batch_planner", "translator", "site encoder.0.self_attention.qkv",
        "site decoder.0.cross_attention.kv"})
    EXPECT_GT(calls[point], 0) << point;
  EXPECT_EQ(calls["update_finished"], 6);
  EXPECT_EQ(calls["validated"], 2);
  EXPECT_NE(read_file(run + "/train.jsonl").find("penalty"), std::string::npos);
  EXPECT_NE(read_file(run + "/config.yaml").find("strength: 0.5"), std::string::npos);

  // The hook's own state continues: it checks its count of updates against the trainer's.
  words[6] = "9";
  ASSERT_EQ(run_train(words), 0);

  // The same methods in decoding, from the run folder alone.
  calls.clear();
  write_file(folder.file("in"), "A man sees a house.\n");
  ASSERT_EQ(run_translate({run, "--input", folder.file("in"), "--output", folder.file("out"),
                           "--threads", "1"}),
            0);
  for (const char* point : {"attention_scale", "annotator", "source_embedding", "translator"})
    EXPECT_GT(calls[point], 0) << point;
  EXPECT_EQ(lines_of(read_file(folder.file("out"))).size(), 1u);
}

TEST(Methods, TwoOnOneExclusivePointAreRefusedByName) {
  add_test_methods();
  const TemporaryFolder folder;
  try {
    run_train(arguments(folder.file("run"), {"probe", "rival"}));
    FAIL();
  } catch (const UsageError& error) {
    const std::string message = error.what();
    for (const char* part : {"probe", "rival", "attention scale"})
      EXPECT_NE(message.find(part), std::string::npos) << message;
  }
}

TEST(Methods, StageCommandsAreFound) {
  add_test_methods();
  ASSERT_TRUE(find_method_command("probe-command"));
  EXPECT_EQ(find_method_command("probe-command")({}), 7);
  EXPECT_FALSE(find_method_command("no-such-command"));
}

}  // namespace
}  // namespace nmt
