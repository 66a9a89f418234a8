#pragma once

#include <string>
#include <vector>

// Methods from outside the source tree: a shared library with one C function,
//   extern "C" void nmt_plugin(int version)
// which calls append_method() and append_implementation().

namespace nmt {

/// What nmt_plugin receives; grows when the interface of methods changes.
inline constexpr int kPluginVersion = 1;

/// Loads the plug-ins that a command's words name: --plugins, or those of the recipe or run folder
/// among the words. Each is loaded once. Throws Error when a library cannot be loaded or is no
/// plug-in.
void load_plugins(const std::vector<std::string>& words);

}  // namespace nmt
