#include "nmt/commands/dispatch.h"

#include <dlfcn.h>

#include <filesystem>
#include <map>

#include "nmt/commands/command.h"
#include "nmt/commands/light_commands.h"
#include "nmt/options/nearest_word.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

using EngineMain = int (*)(const char* command, const std::vector<std::string>* arguments);

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

int run_in_engine(const std::string& name, const std::vector<std::string>& arguments) {
  const std::string file = find_engine();
  // Global, so that plug-ins see LibTorch's and the engine's symbols.
  void* const library = dlopen(file.c_str(), RTLD_NOW | RTLD_GLOBAL);
  if (library == nullptr) {
    throw Error(text("cannot load the engine: ", dlerror()),
                "LibTorch may have moved since the build; configure and build again.");
  }
  const auto engine_main = reinterpret_cast<EngineMain>(dlsym(library, "nmt_engine_main"));
  if (engine_main == nullptr) {
    throw Error(file + " has no nmt_engine_main", "It is from another version; build again.");
  }
  return engine_main(name.c_str(), &arguments);
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
      {"score", run_score},
      {"score-contrastive", run_score_contrastive},
      {"score-documents", run_score_documents},
      {"score-language", run_score_language},
      {"testbed", run_testbed},
      {"list", run_list},
      {"help", run_help},
  };
  const auto light = kLight.find(name);
  if (light != kLight.end()) return light->second(arguments);
  if (find_command(name) == nullptr) refuse_command(name);
  return run_in_engine(name, arguments);
}

}  // namespace nmt
