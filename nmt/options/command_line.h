#pragma once

#include <functional>
#include <string>
#include <utility>
#include <vector>

// The syntax of the command line, without knowing what the values mean.

namespace nmt {

/// How many values a flag takes: none or true/false, exactly one, any number.
enum class FlagArity { kSwitch, kOne, kList };

struct FlagSyntax {
  std::string key;  // given as --key, where `-` may stand for `_`
  char letter = 0;  // also given as -letter; 0: no
  FlagArity arity = FlagArity::kOne;
};

struct CommandLine {
  std::vector<std::pair<std::string, std::vector<std::string>>> flags;  // key, values; in order
  std::vector<std::string> words;                                       // positional, in order
};

/// Parses arguments as OptionTable::read_command_line() describes. `nearest` gives the known key
/// that a misspelt one means, or "". Throws UsageError for an unknown flag or a missing value.
CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const std::vector<FlagSyntax>& flags,
                               const std::function<std::string(const std::string&)>& nearest);

}  // namespace nmt
