#include "nmt/commands/plugin.h"

#include <dlfcn.h>

#include <filesystem>
#include <set>

#include "nmt/commands/recipe.h"
#include "nmt/support/error.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

// The words are not parsed yet (plug-ins add flags), so the recipe is known by being a file, a run
// by its config.yaml.
std::string find_recipe(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.starts_with("-")) continue;
    if (fs::is_regular_file(word)) return word;
    if (fs::is_regular_file(word + "/config.yaml")) return word + "/config.yaml";
  }
  return "";
}

void load_plugin(const std::string& library) {
  static std::set<std::string> loaded;
  if (!loaded.insert(library).second) return;
  void* const handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr)
    throw Error(
        text("cannot load the plug-in ", library, ": ", dlerror()),
        "Check the path; build the plug-in against this version of nmt and the same LibTorch.");
  const auto start = reinterpret_cast<void (*)(int)>(dlsym(handle, "nmt_plugin"));
  if (start == nullptr)
    throw Error(FilePosition{library}, "is no plug-in: it has no function nmt_plugin",
                "Define extern \"C\" void nmt_plugin(int version); see nmt/commands/plugin.h.");
  start(kPluginVersion);
}

}  // namespace

void load_plugins(const std::vector<std::string>& words) {
  for (const std::string& library : find_plugins(words, find_recipe(words))) load_plugin(library);
}

}  // namespace nmt
