#include "nmt/training/method.h"

#include <algorithm>

namespace nmt {
namespace {

std::vector<MethodImplementation>& implementations() {
  static std::vector<MethodImplementation> all = built_in_methods();
  return all;
}

}  // namespace

void append_implementation(MethodImplementation implementation) {
  implementations().push_back(std::move(implementation));
}

Extensions attach_methods(const std::vector<std::string>& names,
                          const std::map<std::string, std::unique_ptr<MethodOptions>>& options,
                          const MethodContext& context) {
  Extensions extensions;
  for (const std::string& name : names) {
    const auto found =
        std::find_if(implementations().begin(), implementations().end(),
                     [&](const MethodImplementation& method) { return method.name == name; });
    if (found == implementations().end())
      throw Error(text("method '", name, "' is described but has no implementation"));
    found->attach(*options.at(name), context, extensions);
  }
  return extensions;
}

const MethodImplementation& document_method() {
  for (const MethodImplementation& method : implementations())
    if (method.make_document_translator) return method;
  throw Error("no method of this program translates documents");
}

MethodCommand find_method_command(const std::string& name) {
  for (const MethodImplementation& method : implementations())
    for (const auto& [command, function] : method.commands)
      if (command == name) return function;
  return nullptr;
}

}  // namespace nmt
