#include "modules/method_options.h"

#include <algorithm>
#include <utility>

// A method is added by one line in the table below. modules/METHOD/options.h declares, options.cpp
// defines
//   MethodDescription describe_METHOD();
// (the part that needs LibTorch has a table of its own: modules/methods.cpp).

namespace nmt {
namespace {

std::vector<MethodDescription>& table() {
  static std::vector<MethodDescription> methods = {
      // describe_length_bias(),
  };
  return methods;
}

}  // namespace

const std::vector<MethodDescription>& method_descriptions() {
  return table();
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
