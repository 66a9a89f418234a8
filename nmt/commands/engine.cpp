// The entries of the engine library. The one for commands finds the command and turns LibTorch's
// errors into the project's.

#include <c10/util/Exception.h>

#include <map>

#include "nmt/commands/engine_commands.h"
#include "nmt/commands/plugin_loader.h"
#include "nmt/support/error.h"
#include "nmt/training/method.h"

namespace nmt {
namespace {

int run(const std::string& name, const std::vector<std::string>& arguments) {
  static const std::map<std::string, MethodCommand> kCommands = {
      {"train", run_train},       {"translate", run_translate}, {"score-pairs", run_score_pairs},
      {"evaluate", run_evaluate}, {"average", run_average},
  };
  const auto found = kCommands.find(name);
  const MethodCommand command =
      found != kCommands.end() ? found->second : find_method_command(name);
  if (!command)
    throw Error(text("the command '", name, "' is described but has no implementation"));
  try {
    return command(arguments);
  } catch (const c10::OutOfMemoryError& error) {
    throw Error(text("out of memory: ", error.what_without_backtrace()),
                "Use smaller batches: data.max_tokens in training (with train.accumulate to make "
                "up for it), "
                "decode.batch_tokens in decoding.");
  } catch (const c10::Error& error) {
    throw std::runtime_error(error.what_without_backtrace());
  }
}

}  // namespace
}  // namespace nmt

extern "C" int nmt_engine_main(const char* command, const std::vector<std::string>* arguments) {
  return nmt::run(command, *arguments);
}

extern "C" void nmt_engine_load_plugin(const char* library) {
  nmt::load_plugin(library);
}
