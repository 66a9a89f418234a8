#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nmt/options/option_table.h"

namespace nmt {

/// What `nmt help` and `nmt list` know of a command. Needs no LibTorch, whatever the command itself
/// needs.
struct CommandDescription {
  std::string name;
  std::string summary;  // one line
  std::string usage;    // what follows "nmt NAME": "RECIPE.yaml --run RUN [options]"
  std::string about;    // teaching text: what it does, the shortest line, two or three examples
  /// What the command reads of a recipe, groups or single keys; other options on its command line
  /// are refused.
  std::vector<std::string> groups;
  /// It translates: it also reads the decoding groups of all methods (see MethodDescription).
  bool translates = false;
  /// Declares the command's own arguments, bound to fields of the returned object. Empty: the
  /// command parses its arguments, and answers --help, itself.
  std::function<std::shared_ptr<void>(OptionTable&)> declare_arguments;
};

/// A CommandDescription::declare_arguments for an arguments struct with a declare() of its own.
template <class Arguments>
std::shared_ptr<void> declare_arguments(OptionTable& table) {
  auto arguments = std::make_shared<Arguments>();
  declare(table, *arguments);
  return arguments;
}

}  // namespace nmt
