#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nmt/options/command_description.h"
#include "nmt/options/option_table.h"

// What is known of the translation methods without LibTorch: enough for --help, `nmt list` and
// reading a recipe.

namespace nmt {

/// The options of one method: a struct derived from this, in modules/METHOD/options.h.
class MethodOptions {
 public:
  virtual ~MethodOptions() = default;
  /// Declares the fields, under one or more groups of the method's own.
  virtual void declare(OptionTable& table) = 0;
  /// Throws UsageError when options contradict each other. Called for methods that are switched on.
  virtual void validate() const {}
};

struct MethodDescription {
  std::string name;     // what `methods: [name]` switches on
  std::string summary;  // one line
  std::function<std::unique_ptr<MethodOptions>()> make_options;
  /// The stage commands that the method adds to `nmt`.
  std::vector<CommandDescription> commands;
  /// Groups of its options that commands which translate read even for a run without the method:
  /// what it offers to every run (see DocumentTranslatorFactory).
  std::vector<std::string> decoding_groups = {};
};

/// The methods of this source tree. Declared here, defined in modules/method_descriptions.cpp: the
/// core names no method.
std::vector<MethodDescription> built_in_method_descriptions();

/// All methods: those of this source tree, then those appended by plug-ins.
const std::vector<MethodDescription>& method_descriptions();

/// What `command` reads of a recipe: its own groups and, when it translates, the decoding groups of
/// all methods.
std::vector<std::string> used_groups(const CommandDescription& command);

/// The first of the method's decoding options that the command line sets; null: none of them.
const Option* given_decoding_option(const MethodDescription& method, const OptionTable& table);

/// Adds a method from outside the source tree, before any recipe is declared. Throws Error when its
/// name is taken.
void append_method(MethodDescription description);

}  // namespace nmt
