// Stands in for light commands that are not in the tree yet. Weak: the real ones replace these at
// link time.

#include "nmt/commands/light_commands.h"
#include "nmt/support/error.h"

namespace nmt {
namespace {

[[noreturn]] void refuse(const char* name) {
  throw Error(text("nmt ", name, " is not part of this build yet"));
}

}  // namespace

__attribute__((weak)) int run_prepare(const std::vector<std::string>& /*arguments*/) {
  refuse("prepare");
}
__attribute__((weak)) int run_score(const std::vector<std::string>& /*arguments*/) {
  refuse("score");
}
__attribute__((weak)) int run_testbed(const std::vector<std::string>& /*arguments*/) {
  refuse("testbed");
}

}  // namespace nmt
