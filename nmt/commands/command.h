#pragma once

#include <string>
#include <vector>

#include "nmt/options/command_description.h"

namespace nmt {

/// The commands of `nmt` itself, in the order in which a user meets them. Methods add more:
/// MethodDescription::commands.
const std::vector<CommandDescription>& command_descriptions();

/// Those and the commands of all methods.
std::vector<const CommandDescription*> all_commands();

/// Null for an unknown name.
const CommandDescription* find_command(const std::string& name);

/// What `nmt COMMAND --help` prints: usage, the teaching text, then the options in `table` that the
/// command uses.
std::string command_help(const CommandDescription& command, const OptionTable& table);

}  // namespace nmt
