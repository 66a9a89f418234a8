#include "nmt/commands/dispatch.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "nmt/commands/command.h"
#include "nmt/commands/light_commands.h"
#include "nmt/commands/plugin_arguments.h"
#include "nmt/options/nearest_word.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

/// The engine beside the program (a build folder) or in ../lib (an installation).
std::string find_engine() {
  const std::filesystem::path folder = std::filesystem::canonical("/proc/self/exe").parent_path();
  for (const char* const place : {"libnmt_engine.so", "../lib/libnmt_engine.so"}) {
    const std::filesystem::path file = folder / place;
    if (std::filesystem::exists(file)) return file.string();
  }
  throw Error("this command needs the engine, but libnmt_engine.so is neither in " +
                  folder.string() + " nor in ../lib",
              "Build it: cmake --build BUILD_FOLDER --target nmt_engine, with NMT_ENGINE=ON.");
}

/// A function of the engine, which is loaded first. `Function` is its type.
template <class Function>
Function* engine_function(const char* name) {
  const std::string file = find_engine();
  // LibTorch reports lost connections at length; the engine says what they mean.
  ::setenv("TORCH_CPP_LOG_LEVEL", "FATAL", /*overwrite=*/0);
  // Global, so that plug-ins see LibTorch's and the engine's symbols.
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    throw Error(text("cannot load the engine: ", dlerror()),
                "LibTorch may have moved since the build; configure and build again.");
  }
  const auto function = reinterpret_cast<Function*>(dlsym(library, name));
  if (function == nullptr) {
    throw Error(text(file, " has no ", name), "It is from another version; build again.");
  }
  return function;
}

/// Whether the command reads a recipe or the configuration of a run, or tells what there is.
bool uses_plugins(const std::string& name) {
  const CommandDescription* const command = find_command(name);
  if (command == nullptr) return true;  // it may be a plug-in's own
  // `nmt train` names the key `plugins` by its group: keys without a dot.
  return std::any_of(command->groups.begin(), command->groups.end(),
                     [](const std::string& group) { return group.empty() || group == "plugins"; });
}

/// Whether --help or -h stands among the arguments of a command whose help is in the table of
/// commands.
bool asks_for_help(const std::string& name, const std::vector<std::string>& arguments) {
  const CommandDescription* const command = find_command(name);
  if (command == nullptr || command->declare_arguments == nullptr) return false;
  const auto end = std::find(arguments.begin(), arguments.end(), "--");
  return std::any_of(arguments.begin(), end,
                     [](const std::string& word) { return word == "--help" || word == "-h"; });
}

[[noreturn]] void refuse_command(const std::string& name) {
  std::vector<std::string> known;
  for (const CommandDescription* command : all_commands()) known.push_back(command->name);
  const std::string near = nearest_word(name, known);
  throw UsageError("unknown command '" + name + "'", near.empty()
                                                         ? "`nmt help` prints all commands."
                                                         : "Did you mean '" + near + "'?");
}

}  // namespace

int run_command(const std::string& name, const std::vector<std::string>& arguments) {
  static const std::map<std::string, int (*)(const std::vector<std::string>&)> kLight = {
      {"prepare", run_prepare},
      {"docid", run_docid},
      {"compare", run_compare},
      {"inspect", run_inspect},
      {"score", run_score},
      {"score-contrastive", run_score_contrastive},
      {"score-documents", run_score_documents},
      {"score-language", run_score_language},
      {"testbed", run_testbed},
      {"list", run_list},
      {"help", run_help},
  };
  const bool with_plugins = uses_plugins(name);
  if (with_plugins) {
    for (const std::string& plugin : find_plugins(arguments))
      engine_function<void(const char*)>("nmt_engine_load_plugin")(plugin.c_str());
  }
  if (asks_for_help(name, arguments)) return run_help({name});
  const auto light = kLight.find(name);
  if (light != kLight.end())
    return light->second(with_plugins ? without_plugins(arguments) : arguments);
  if (find_command(name) == nullptr) refuse_command(name);
  using EngineMain = int(const char* command, const std::vector<std::string>* arguments);
  return engine_function<EngineMain>("nmt_engine_main")(name.c_str(), &arguments);
}

}  // namespace nmt
