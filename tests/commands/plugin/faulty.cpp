// A plug-in with a method that breaks chosen updates, and a stage command.

#include <torch/torch.h>

#include <iostream>
#include <limits>

#include "nmt/training/method.h"
#include "nmt/training/plugin.h"

namespace nmt {
namespace {

struct FaultyOptions : MethodOptions {
  int64_t first = 0, last = 0;
  void declare(OptionTable& table) override {
    table.group("faulty", "A test method that breaks updates");
    table.add("faulty.first", first, "first update whose loss is not finite");
    table.add("faulty.last", last, "last update whose loss is not finite");
  }
};

class FaultyLoss : public Criterion {
 public:
  explicit FaultyLoss(const FaultyOptions& options) : first_(options.first), last_(options.last) {}
  CriterionResult operator()(Transformer& model, const Batch& batch,
                             const StepContext& step) override {
    const bool broken = step.training && step.update >= first_ && step.update <= last_;
    const double factor = broken ? std::numeric_limits<double>::infinity() : 0.0;
    return {model->parameters().front().sum() * factor, batch.target_tokens, {}};
  }

 private:
  int64_t first_, last_;
};

int say_hello(const std::vector<std::string>& arguments) {
  std::cout << "hello from a plug-in, with " << arguments.size() << " words\n";
  return 0;
}

}  // namespace
}  // namespace nmt

NMT_PLUGIN() {
  using namespace nmt;
  append_method({.name = "faulty",
                 .summary = "breaks updates, for tests",
                 .make_options = [] { return std::make_unique<FaultyOptions>(); },
                 .commands = {{.name = "hello",
                               .summary = "greets",
                               .usage = "",
                               .about = "",
                               .groups = {},
                               .declare_arguments = nullptr}}});
  append_implementation(
      {.name = "faulty",
       .attach =
           [](const MethodOptions& options, const MethodContext&, Extensions& extensions) {
             extensions.added_losses.push_back(
                 std::make_shared<FaultyLoss>(dynamic_cast<const FaultyOptions&>(options)));
           },
       .commands = {{"hello", say_hello}}});
}
