#pragma once

#include <iosfwd>
#include <string>
#include <vector>

// `nmt score`: the command line of sacreBLEU. Put `nmt score` where a script says `sacrebleu` and
// it prints the same bytes, but for the version in signatures.

namespace nmt::scoring {

enum class OutputKind { kFile, kTerminal };

struct CommandStreams {
  std::istream& in;                       ///< hypotheses, when no -i is given
  std::ostream& out;                      ///< scores
  std::ostream& err;                      ///< messages
  OutputKind output = OutputKind::kFile;  ///< what `out` is; terminals get colours
};

/// Runs `nmt score` with `arguments` (without the command's name) and returns its exit code,
/// sacreBLEU's: 0; 1 for bad input; 2 for a wrong command line; 17 for a wrong number of columns.
/// Throws nothing that a user can cause.
int run_score_command(const std::vector<std::string>& arguments, const CommandStreams& streams);

}  // namespace nmt::scoring
