#include "nmt/run/run_arguments.h"

#include <algorithm>

namespace nmt {

void declare_languages(OptionTable& table, std::string& source, std::string& target) {
  table
      .add("source_language", source,
           "language of the input; needed only for a model of several directions")
      .hint("CODE")
      .command_line_only();
  table.add("target_language", target, "language to translate into; likewise")
      .hint("CODE")
      .command_line_only();
}

void declare(OptionTable& table, TrainedModel& model) {
  table.add("run", model.run, "run folder of the trained model")
      .hint("RUN")
      .positional(0)
      .required()
      .command_line_only();
  table
      .add("checkpoint", model.checkpoint,
           "which checkpoint: best, last, an update's number, the name of another one of the run "
           "(average), or a checkpoint folder")
      .hint("WHICH")
      .command_line_only();
  table.add("models", model.models, "further runs that translate together with RUN, as an ensemble")
      .hint("RUN")
      .command_line_only();
  declare(table, model.runtime);
}

void declare(OptionTable& table, RuntimeOptions& options) {
  table.group("runtime", "Machine");
  const auto add = [&table](const std::string& key, auto& field,
                            const std::string& help) -> Option& {
    return table.add(key, field, help).in_group("runtime").command_line_only();
  };
  add("device", options.device, "auto (a GPU if there is one), cpu, cuda or cuda:N").hint("DEVICE");
  add("threads", options.threads, "CPU threads; 0 = OMP_NUM_THREADS, else all cores")
      .range(0, 4096);
  add("deterministic", options.deterministic,
      "refuse operations whose result differs from one run to the next");
  add("log_level", options.log_level, "least important messages shown");
}

void validate(const RuntimeOptions& options) {
  const std::string& device = options.device;
  if (device == "auto" || device == "cpu" || device == "cuda") return;
  const std::string number = device.rfind("cuda:", 0) == 0 ? device.substr(5) : "";
  const bool is_number =
      !number.empty() && number.size() <= 3 &&
      std::all_of(number.begin(), number.end(), [](char c) { return c >= '0' && c <= '9'; });
  if (!is_number) {
    throw UsageError("command line: --device '" + device +
                     "': expected auto, cpu, cuda or cuda:N (cuda:0 is the first GPU)");
  }
}

}  // namespace nmt
