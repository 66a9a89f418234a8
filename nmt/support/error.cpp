#include "nmt/support/error.h"

namespace nmt {
namespace {

std::string join(const std::string& what, const std::string& remedy) {
  return remedy.empty() ? what : what + "\n  " + remedy;
}

}  // namespace

std::string to_string(const FilePosition& position) {
  return position.line > 0 ? text(position.file, ":", position.line) : position.file;
}

Error::Error(const std::string& what, const std::string& remedy)
    : std::runtime_error(join(what, remedy)) {}

Error::Error(const FilePosition& where, const std::string& what, const std::string& remedy)
    : std::runtime_error(join(to_string(where) + ": " + what, remedy)) {}

}  // namespace nmt
