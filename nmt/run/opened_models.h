#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nmt/run/parsed_command.h"
#include "nmt/run/run_arguments.h"
#include "nmt/run/runtime.h"
#include "nmt/run/trained_run.h"

namespace nmt {

/// The run that a command works with and, for an ensemble, the models of further runs.
struct OpenedModels {
  torch::Device device{torch::kCPU};
  Run run;
  std::vector<Transformer> models;  // the run's own first
};

/// Opens them on the device asked for, packed for decode.precision: they translate and score, but
/// do not train. Throws UsageError when their vocabularies or language tags differ.
OpenedModels open_models(const TrainedModel& arguments, const Recipe& recipe);

/// A command that uses a trained run: its arguments, with the recipe from the run folder.
template <class Arguments>
ParsedCommand<Arguments> parse_run_command(const CommandDescription& command,
                                           const std::vector<std::string>& words) {
  return ParsedCommand<Arguments>(command, words, [](const Arguments& arguments) {
    const RunFolder folder(arguments.model.run);
    folder.require();
    return folder.config();
  });
}

}  // namespace nmt
