// nmt list: what there is.

#include <iostream>
#include <map>
#include <set>

#include "nmt/commands/command.h"
#include "nmt/commands/light_commands.h"
#include "nmt/run/recipe.h"

namespace nmt {
namespace {

void print_row(const std::string& name, const std::string& meaning) {
  constexpr size_t kColumn = 24;
  std::cout << "  " << name << std::string(name.size() < kColumn ? kColumn - name.size() : 1, ' ')
            << meaning << "\n";
}

void list_commands() {
  std::cout << "Commands:\n";
  for (const CommandDescription* command : all_commands())
    print_row(command->name, command->summary);
}

void list_methods() {
  std::cout << "Methods (`methods: [NAME]` in a recipe):\n";
  for (const MethodDescription& method : method_descriptions()) {
    print_row(method.name, method.summary);
    for (const CommandDescription& command : method.commands) {
      print_row("  nmt " + command.name, command.summary);
    }
  }
  if (method_descriptions().empty()) std::cout << "  none in this build\n";
}

void list_options(const std::string& group) {
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  const std::string lines = table.help(
      [&group](const Option& option) { return group.empty() || option.group() == group; });
  if (lines.empty()) {
    std::vector<std::string> names;
    for (const auto& known : table.groups()) names.push_back(known.first);
    const std::string near = nearest_word(group, names);
    throw UsageError(
        "no group of options is called '" + group + "'",
        near.empty() ? "`nmt list options` prints all." : "Did you mean '" + near + "'?");
  }
  std::cout << lines;
}

/// "key value" of every option after `preset` was chosen by `name`.
std::map<std::string, std::string> values_with(const std::string& preset, const std::string& name) {
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  table.assign(preset, {name}, "preset");
  table.apply();
  std::map<std::string, std::string> values;
  for (const auto& option : table.options()) {
    std::string all;
    for (const std::string& element : option->value().get()) all += " " + element;
    values[option->key()] = all;
  }
  return values;
}

/// What each preset sets: the options in which the presets differ.
void list_presets() {
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  for (const auto& preset : table.options()) {
    if (!preset->is_preset()) continue;
    std::map<std::string, std::map<std::string, std::string>> by_name;
    std::map<std::string, std::set<std::string>> distinct;
    for (const std::string& name : preset->value().allowed) {
      by_name[name] = values_with(preset->key(), name);
      for (const auto& [key, value] : by_name[name]) distinct[key].insert(value);
    }
    std::cout << preset->key() << ":\n";
    for (const std::string& name : preset->value().allowed) {
      std::string settings;
      for (const auto& option : table.options()) {
        const std::string& key = option->key();
        if (key == preset->key() || distinct[key].size() < 2) continue;
        settings += (settings.empty() ? "" : ", ") + option->name() + by_name[name][key];
      }
      print_row(name, settings);
    }
  }
}

void list_choices() {
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  std::cout << "Options that are one of several names:\n";
  for (const auto& option : table.options()) {
    if (option->value().allowed.empty()) continue;
    std::string names;
    for (const std::string& name : option->value().allowed)
      names += (names.empty() ? "" : " | ") + name;
    print_row(option->key(), names);
  }
}

}  // namespace

int run_list(const std::vector<std::string>& arguments) {
  const std::string what = arguments.empty() ? "" : arguments.front();
  const size_t most = what == "options" ? 2 : 1;
  if (arguments.size() > most) {
    throw UsageError("unexpected word '" + arguments[most] + "'");
  }
  if (what.empty()) {
    list_commands();
    std::cout << "\n";
    list_methods();
    std::cout << "\nAlso: nmt list options [GROUP], nmt list presets, nmt list choices\n";
  } else if (what == "commands") {
    list_commands();
  } else if (what == "methods") {
    list_methods();
  } else if (what == "options") {
    list_options(arguments.size() == 2 ? arguments[1] : "");
  } else if (what == "presets") {
    list_presets();
  } else if (what == "choices") {
    list_choices();
  } else {
    const std::string near =
        nearest_word(what, {"commands", "methods", "options", "presets", "choices"});
    throw UsageError("there is no list of '" + what + "'",
                     near.empty() ? "There are: commands, methods, options, presets, choices."
                                  : "Did you mean '" + near + "'?");
  }
  return 0;
}

}  // namespace nmt
