// nmt help: explains a command, a method, a group of options or one option.

#include <algorithm>
#include <iostream>

#include "nmt/commands/command.h"
#include "nmt/commands/dispatch.h"
#include "nmt/commands/light_commands.h"
#include "nmt/run/recipe.h"
#include "nmt/support/version.h"

namespace nmt {
namespace {

constexpr size_t kNameColumn = 19;

std::string row(const std::string& name, const std::string& summary) {
  const size_t gap = name.size() < kNameColumn ? kNameColumn - name.size() : 1;
  return "  " + name + std::string(gap, ' ') + summary + "\n";
}

void print_overview() {
  std::cout << "nmt " NMT_VERSION
               ": a toolkit for research on neural machine translation\n\n"
               "usage: nmt COMMAND [arguments]\n\n"
               "Commands:\n";
  for (const CommandDescription& command : command_descriptions()) {
    std::cout << row(command.name, command.summary);
  }
  for (const MethodDescription& method : method_descriptions()) {
    if (method.commands.empty()) continue;
    std::cout << "\nCommands of the method " << method.name << ":\n";
    for (const CommandDescription& command : method.commands) {
      std::cout << row(command.name, command.summary);
    }
  }
  std::cout << "\nThe first run:\n"
               "  nmt train recipe.yaml --run runs/first\n"
               "  nmt translate runs/first < input > output\n\n"
               "`nmt help COMMAND` explains a command, `nmt help KEY` an option; `nmt list` prints "
               "what there is.\n";
}

void print_method(const MethodDescription& method) {
  OptionTable table;
  const std::unique_ptr<MethodOptions> options = method.make_options();
  options->declare(table);
  std::cout << method.name << ": " << method.summary << "\n\nSwitched on by `methods: ["
            << method.name << "]` in a recipe.\n";
  for (const CommandDescription& command : method.commands) {
    std::cout << row(command.name, command.summary);
  }
  std::cout << "\n" << table.help();
}

void print_command(const CommandDescription& command) {
  OptionTable table;
  const std::shared_ptr<void> arguments = command.declare_arguments(table);
  Recipe recipe;
  declare(table, recipe);
  std::cout << command_help(command, table);
}

/// The topic that a misspelt one means, or "".
std::string nearest_topic(const std::string& topic, const OptionTable& table) {
  std::vector<std::string> known;
  for (const CommandDescription* command : all_commands()) known.push_back(command->name);
  for (const MethodDescription& method : method_descriptions()) known.push_back(method.name);
  for (const auto& group : table.groups()) known.push_back(group.first);
  const std::string near = nearest_word(topic, known);
  return near.empty() ? table.nearest(topic) : near;
}

void print_options(const std::string& topic) {
  Recipe recipe;
  OptionTable table;
  declare(table, recipe);
  const std::string lines = table.help(
      [&topic](const Option& option) { return option.group() == topic || option.key() == topic; });
  if (lines.empty()) {
    const std::string near = nearest_topic(topic, table);
    throw UsageError("no help on '" + topic + "'", near.empty()
                                                       ? "`nmt help` prints where to begin."
                                                       : "Did you mean `nmt help " + near + "`?");
  }
  std::cout << lines;
}

}  // namespace

int run_help(const std::vector<std::string>& arguments) {
  if (arguments.empty()) {
    print_overview();
    return 0;
  }
  const std::string& topic = arguments.front();
  if (arguments.size() > 1) {
    throw UsageError("nmt help explains one topic, not '" + topic + " " + arguments[1] + "'");
  }
  for (const MethodDescription& method : method_descriptions()) {
    if (method.name != topic) continue;
    print_method(method);
    return 0;
  }
  const CommandDescription* const command = find_command(topic);
  if (command == nullptr) {
    print_options(topic);
  } else if (command->declare_arguments == nullptr) {
    return run_command(topic, {"--help"});
  } else {
    print_command(*command);
  }
  return 0;
}

}  // namespace nmt
