#include "nmt/support/file_error.h"

#include <cerrno>
#include <iostream>
#include <system_error>

namespace nmt {
namespace {

std::string remedy(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      return "Free some disk space; nothing saved before was lost.";
    case EACCES:
    case EROFS:
      return "Check the permissions of the folder.";
    default:
      return "";
  }
}

}  // namespace

Error file_error(const std::string& path, const std::string& action, int code) {
  const std::string reason = code == 0 ? "" : ": " + std::generic_category().message(code);
  return Error(FilePosition{path}, "cannot " + action + reason, remedy(code));
}

void flush_stdout() {
  errno = 0;
  if (!std::cout.flush()) throw file_error("stdout", "write", errno);
}

}  // namespace nmt
