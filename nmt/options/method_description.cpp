#include "nmt/options/method_description.h"

#include <algorithm>
#include <utility>

namespace nmt {
namespace {

std::vector<MethodDescription>& table() {
  static std::vector<MethodDescription> methods = built_in_method_descriptions();
  return methods;
}

}  // namespace

const std::vector<MethodDescription>& method_descriptions() {
  return table();
}

std::vector<std::string> used_groups(const CommandDescription& command) {
  std::vector<std::string> groups = command.groups;
  if (!command.translates) return groups;
  for (const MethodDescription& method : method_descriptions())
    groups.insert(groups.end(), method.decoding_groups.begin(), method.decoding_groups.end());
  return groups;
}

const Option* given_decoding_option(const MethodDescription& method, const OptionTable& table) {
  for (const auto& option : table.options())
    if (option->origin() == "command line" &&
        std::ranges::find(method.decoding_groups, option->group()) != method.decoding_groups.end())
      return option.get();
  return nullptr;
}

void append_method(MethodDescription description) {
  const bool is_taken = std::any_of(table().begin(), table().end(), [&](const auto& known) {
    return known.name == description.name;
  });
  if (is_taken) {
    throw Error("a plug-in adds the method '" + description.name + "', but there is one already",
                "Rename the plug-in's method, or load the plug-in once only.");
  }
  table().push_back(std::move(description));
}

}  // namespace nmt
