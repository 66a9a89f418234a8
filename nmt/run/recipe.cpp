#include "nmt/run/recipe.h"

#include <algorithm>

#include "nmt/options/yaml_reader.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

/// Every group of options, in the order of --help and config.yaml.
template <class AnyRecipe, class Visitor>
void for_each_group(AnyRecipe& recipe, Visitor&& visit) {
  visit(recipe.data);
  visit(recipe.vocabulary);
  visit(recipe.model);
  visit(recipe.criterion);
  visit(recipe.training);
  visit(recipe.decoding);
}

std::set<std::string> groups_of(const OptionTable& table) {
  std::set<std::string> names;
  for (const auto& option : table.options()) names.insert(option->group());
  return names;
}

/// The groups that a run has only when it switches on the method: what the method's options alone
/// declare, except what it offers to every run.
std::map<std::string, std::set<std::string>> method_groups() {
  std::map<std::string, std::set<std::string>> groups;
  for (const MethodDescription& method : method_descriptions()) {
    OptionTable own;
    const std::unique_ptr<MethodOptions> options = method.make_options();
    options->declare(own);
    groups[method.name] = groups_of(own);
    for (const std::string& group : method.decoding_groups) groups[method.name].erase(group);
  }
  return groups;
}

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

void check_methods(const Recipe& recipe, const std::string& origin) {
  std::vector<std::string> known;
  for (const MethodDescription& method : method_descriptions()) known.push_back(method.name);
  std::set<std::string> seen;
  for (const std::string& name : recipe.methods) {
    if (!contains(known, name)) {
      const std::string near = nearest_word(name, known);
      throw UsageError(
          text(origin, ": unknown method '", name, "'"),
          near.empty() ? "`nmt list methods` prints all methods." : "Did you mean '" + near + "'?");
    }
    if (!seen.insert(name).second) {
      throw UsageError(text(origin, ": method '", name, "' is switched on twice"));
    }
  }
}

}  // namespace

bool Recipe::has_method(const std::string& name) const {
  return contains(methods, name);
}

void declare(OptionTable& table, Recipe& recipe) {
  table.add("methods", recipe.methods, "translation methods switched on; see `nmt list methods`")
      .hint("NAME");
  table.add("plugins", recipe.plugins, "shared libraries that add methods").hint("LIBRARY.so");
  for_each_group(recipe, [&table](auto& group) { declare(table, group); });
  for (const MethodDescription& method : method_descriptions()) {
    auto& options = recipe.method_options[method.name];
    options = method.make_options();
    options->declare(table);
  }
}

Recipe read_recipe(const std::string& file) {
  OptionTable table;
  Recipe recipe;
  declare(table, recipe);
  table.read_yaml(file);
  table.apply();
  validate(recipe, table);
  return recipe;
}

void validate(const Recipe& recipe, const OptionTable& table) {
  check_methods(recipe, table.find("methods")->origin());
  for_each_group(recipe, [](const auto& group) {
    if constexpr (requires { validate(group); }) validate(group);
  });
  for (const std::string& name : recipe.methods) recipe.method_options.at(name)->validate();
  for (const auto& [method, groups] : method_groups()) {
    if (recipe.has_method(method)) continue;
    for (const auto& option : table.options()) {
      if (!option->is_set() || groups.count(option->group()) == 0) continue;
      log::warning(option->origin(), ": ", option->key(), " has no effect: the method '", method,
                   "' is not switched on");
    }
  }
}

std::set<std::string> idle_groups(const Recipe& recipe) {
  std::set<std::string> idle;
  for (const auto& [method, groups] : method_groups()) {
    if (!recipe.has_method(method)) idle.insert(groups.begin(), groups.end());
  }
  return idle;
}

std::string to_yaml(const Recipe& recipe, const OptionTable& table) {
  const std::set<std::string> idle = idle_groups(recipe);
  return table.to_yaml([&idle](const Option& option) { return idle.count(option.group()) == 0; });
}

void read_options(OptionTable& table, const std::vector<std::string>& arguments,
                  const std::string& recipe_file) {
  table.read_command_line(arguments);
  table.apply();
  if (recipe_file.empty()) return;
  table.read_yaml(recipe_file);
  table.apply();
}

void refuse_unused(const OptionTable& table, const Recipe& recipe,
                   const CommandDescription& command) {
  const std::vector<std::string> groups = used_groups(command);
  std::set<std::string> used(groups.begin(), groups.end());
  for (const auto& [method, own] : method_groups())
    if (recipe.has_method(method)) used.insert(own.begin(), own.end());

  for (const auto& option : table.options()) {
    if (option->is_command_line_only() || option->origin() != "command line") continue;
    if (used.contains(option->group()) || used.contains(option->key())) continue;
    throw UsageError("command line: nmt " + command.name + " does not use --" + option->key(),
                     "`nmt help " + command.name + "` prints what it uses.");
  }
}

}  // namespace nmt
