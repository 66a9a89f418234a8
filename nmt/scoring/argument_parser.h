#pragma once

#include <map>
#include <string>
#include <vector>

// The command-line conventions of Python's argparse, which scripts written for sacreBLEU rely on:
// options that swallow several values, -w2, --width=2, unique beginnings of long names, combined
// flags, "--", and one block of positional arguments. Boost.Program_options, used elsewhere, has
// other conventions.

namespace nmt::scoring {

enum class ValueKind { kText, kInteger, kReal };
enum class ValueCount { kNone, kOne, kAny, kAtLeastOne };

struct ArgumentOption {
  std::vector<std::string> names;  ///< "--width", "-w"; the first is the option's key
  std::string help;
  ValueCount count = ValueCount::kNone;
  std::string metavar = {};  ///< what the help calls the value
  ValueKind kind = ValueKind::kText;
  std::vector<std::string> choices = {};  ///< the values allowed; empty for all
  std::string excludes = {};              ///< key of an option that must not be given as well
};

/// What was given on a command line.
class ParsedArguments {
 public:
  std::vector<std::string> positionals;

  void set(const std::string& key, std::vector<std::string> values) {
    values_[key] = std::move(values);
  }

  bool has(const std::string& key) const { return values_.contains(key); }
  /// All values of an option; none when it was not given.
  std::vector<std::string> all(const std::string& key) const;
  /// The value of an option that takes one, or `fallback`.
  std::string one(const std::string& key, const std::string& fallback) const;
  int integer(const std::string& key, int fallback) const;
  double real(const std::string& key, double fallback) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// Parses `arguments` (without the program's name). When an option is repeated the last one counts.
/// Options named in `immediate`, such as --help, end the parsing: what follows them is not looked
/// at. Throws UsageError, with argparse's own words, for what does not fit `options`.
ParsedArguments parse_arguments(const std::vector<std::string>& arguments,
                                const std::vector<ArgumentOption>& options,
                                const std::vector<std::string>& immediate);

/// The options as a table for --help.
std::string describe_options(const std::vector<ArgumentOption>& options);

}  // namespace nmt::scoring
