#include <unistd.h>

#include <iostream>

#include "nmt/commands/light_commands.h"
#include "nmt/scoring/score_command.h"

namespace nmt {

int run_score(const std::vector<std::string>& arguments) {
  std::ios::sync_with_stdio(false);
  const auto output =
      isatty(STDOUT_FILENO) != 0 ? scoring::OutputKind::kTerminal : scoring::OutputKind::kFile;
  return scoring::run_score_command(arguments, {std::cin, std::cout, std::cerr, output});
}

}  // namespace nmt
