#pragma once

#include <string>
#include <vector>

// Methods from outside the source tree: a shared library with one C function,
//   extern "C" void nmt_plugin(int version)
// which calls append_method() and append_implementation().

namespace nmt {

/// What nmt_plugin receives; grows when the interface of methods changes.
inline constexpr int kPluginVersion = 1;

/// The plug-ins of a command: what --plugins names, or else the recipe (a .yaml file) or run folder
/// among its words. Found before the words are parsed, because plug-ins add options and commands.
std::vector<std::string> find_plugins(const std::vector<std::string>& words);

/// `words` without --plugins and its values.
std::vector<std::string> without_plugins(std::vector<std::string> words);

/// Loads a plug-in into a process that holds the engine. Throws Error when the library cannot be
/// loaded or is no plug-in.
void load_plugin(const std::string& library);

}  // namespace nmt
