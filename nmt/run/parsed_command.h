#pragma once

#include <string>
#include <vector>

#include "nmt/options/command_description.h"
#include "nmt/run/recipe.h"

namespace nmt {

/// The command line of a command of the engine, read: its own arguments and the recipe it works
/// with.
template <class Arguments>
class ParsedCommand {
 public:
  /// `recipe_file(arguments)` names the recipe that belongs to the arguments: the recipe itself, or
  /// a run's config.yaml.
  template <class RecipeFile>
  ParsedCommand(const CommandDescription& command, const std::vector<std::string>& words,
                RecipeFile recipe_file) {
    declare(table, arguments);
    declare(table, recipe);
    table.read_command_line(words);
    table.apply();
    table.read_yaml(recipe_file(arguments));
    table.apply();
    refuse_unused(table, recipe, command);
    validate(recipe, table);
  }

  OptionTable table;
  Arguments arguments;
  Recipe recipe;
};

}  // namespace nmt
