// L2-SP: fine-tuning that is held near the weights it starts from. To the loss of a target token it
// adds
//
//   weight / 2 · ‖θ − θ₀‖²
//
// Li, Grandvalet and Davoine, "Explicit Inductive Bias for Transfer Learning with Convolutional
// Networks", ICML 2018; for translation: Miceli Barone, Haddow, Germann and Sennrich,
// "Regularization techniques for fine-tuning in neural machine translation", EMNLP 2017.

#include <torch/torch.h>

#include <cmath>
#include <iostream>
#include <map>

#include "nmt/run/parsed_command.h"
#include "nmt/training/checkpoint.h"
#include "nmt/training/method.h"
#include "nmt/training/plugin.h"

namespace l2_sp {
namespace {

constexpr const char* kName = "l2_sp";

struct Options : nmt::MethodOptions {
  double weight = 1e-3;
  void declare(nmt::OptionTable& table) override {
    table.group(kName, "L2-SP: fine-tuning held near its starting point (method l2_sp)");
    table.add("l2_sp.weight", weight, "weight of half the squared distance of the weights")
        .at_least(0);
  }
};

/// θ₀, taken when training starts and kept in checkpoints, so that a resumed run has the same.
class StartingPoint : public nmt::TrainingHook {
 public:
  void run_started(nmt::Transformer& model, const nmt::TrainingState&) override {
    for (const auto& parameter : model->named_parameters()) {
      torch::Tensor& start = weights_[parameter.key()];
      if (!start.defined()) start = parameter.value().detach().clone();
      start = start.to(parameter.value().device());  // loaded ones are on the CPU
    }
  }
  nmt::TensorMap save() const override { return weights_; }
  void load(const nmt::TensorMap& saved) override { weights_ = saved; }

  torch::Tensor squared_distance(nmt::Transformer& model) const {
    std::vector<torch::Tensor> parts;
    for (const auto& parameter : model->named_parameters())
      parts.push_back((parameter.value() - weights_.at(parameter.key())).square().sum());
    return torch::stack(parts).sum();
  }

 private:
  nmt::TensorMap weights_;
};

class Penalty : public nmt::Criterion {
 public:
  Penalty(double weight, std::shared_ptr<const StartingPoint> start)
      : weight_(weight), start_(std::move(start)) {}

  nmt::CriterionResult operator()(nmt::Transformer& model, const nmt::Batch& batch,
                                  const nmt::StepContext&) override {
    // Losses are sums over target tokens; the trainer divides.
    const auto tokens = static_cast<double>(batch.target_tokens);
    const torch::Tensor loss = start_->squared_distance(model) * (weight_ / 2 * tokens);
    return {loss, batch.target_tokens, {{kName, loss.detach(), tokens}}};
  }

 private:
  double weight_;
  std::shared_ptr<const StartingPoint> start_;
};

void attach(const nmt::MethodOptions& options, const nmt::MethodContext& context,
            nmt::Extensions& extensions) {
  if (context.initial.empty())
    throw nmt::UsageError(
        "l2_sp holds weights near those that training starts from, and there are none",
        "Set train.initial to a run.");
  const auto start = std::make_shared<StartingPoint>();
  extensions.hooks.push_back({kName, start});
  extensions.added_losses.push_back(
      std::make_shared<Penalty>(dynamic_cast<const Options&>(options).weight, start));
}

// A stage command: nmt weight-distance RUN --from OTHER

struct DistanceArguments {
  std::string run, from;
};

void declare(nmt::OptionTable& table, DistanceArguments& arguments) {
  table.add("run", arguments.run, "a trained run")
      .hint("RUN")
      .positional(0)
      .required()
      .command_line_only();
  table.add("from", arguments.from, "the run that it started from")
      .hint("RUN")
      .required()
      .command_line_only();
}

nmt::CommandDescription describe_distance() {
  return {.name = "weight-distance",
          .summary = "how far fine-tuning has moved the weights",
          .usage = "RUN --from OTHER",
          .about =
              "Prints ‖θ − θ₀‖ / ‖θ₀‖ for each part of the model.\n\n"
              "  nmt weight-distance runs/medical --from runs/general\n",
          .groups = {"plugins"},
          .declare_arguments = nmt::declare_arguments<DistanceArguments>};
}

nmt::TensorMap weights_of(const std::string& run) {
  return nmt::load_best_weights(nmt::RunFolder(run).find_checkpoint("best"));
}

int run_distance(const std::vector<std::string>& words) {
  const nmt::ParsedCommand<DistanceArguments> command(
      describe_distance(), words,
      [](const DistanceArguments& arguments) { return nmt::RunFolder(arguments.run).config(); });
  const nmt::TensorMap now = weights_of(command.arguments.run);
  std::map<std::string, std::pair<double, double>> sums;  // of squares: of the distance, of θ₀
  for (const auto& [name, start] : weights_of(command.arguments.from)) {
    if (!start.is_floating_point()) continue;  // a method's counts and flags
    const auto found = now.find(name);
    if (found == now.end() || found->second.sizes() != start.sizes())
      throw nmt::UsageError(nmt::text("the runs have different models: ", name),
                            "Give --from the run that train.initial names.");
    auto& [distance, norm] = sums[name.substr(0, name.find('.'))];
    distance += (found->second - start).square().sum().item<double>();
    norm += start.square().sum().item<double>();
  }
  for (const auto& [part, sum] : sums)
    std::cout << part << "\t" << std::sqrt(sum.first / sum.second) << "\n";
  return 0;
}

}  // namespace
}  // namespace l2_sp

NMT_PLUGIN() {
  using namespace l2_sp;
  nmt::append_method({.name = kName,
                      .summary = "fine-tuning held near its starting point (Li et al. 2018)",
                      .make_options = [] { return std::make_unique<Options>(); },
                      .commands = {describe_distance()}});
  nmt::append_implementation(
      {.name = kName, .attach = attach, .commands = {{"weight-distance", run_distance}}});
}
