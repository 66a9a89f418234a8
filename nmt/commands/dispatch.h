#pragma once

#include <string>
#include <vector>

namespace nmt {

/// Runs a command and returns its exit code. Commands that need LibTorch live in the engine
/// library, which is loaded for them alone: LibTorch takes half a second to load. Throws UsageError
/// that names the nearest command for an unknown one, Error when the engine cannot be loaded, and
/// what the command throws.
int run_command(const std::string& name, const std::vector<std::string>& arguments);

}  // namespace nmt
