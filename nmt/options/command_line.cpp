#include "nmt/options/command_line.h"

#include <algorithm>
#include <boost/program_options/option.hpp>
#include <boost/program_options/options_description.hpp>
#include <boost/program_options/parsers.hpp>
#include <boost/program_options/value_semantic.hpp>

#include "nmt/support/error.h"

namespace po = boost::program_options;

namespace nmt {
namespace {

/// Whether a word reads as a flag: --key or -x, but not "-" (stdin) and not a negative number.
bool looks_like_flag(const std::string& word) {
  if (word.size() < 2 || word[0] != '-') return false;
  return word[1] != '.' && (word[1] < '0' || word[1] > '9');
}

/// Keys have `_` between words; on the command line `-` may stand for it.
std::string with_underscores(std::string word) {
  std::replace(word.begin(), word.end(), '-', '_');
  return word;
}

/// The style parser given to Boost: reads one flag from the front of the arguments. It differs from
/// Boost's own styles in what research users need: negative numbers are values, switches take
/// "true" or "false" but no other word, and errors name the nearest flag. Words, lists and "--" are
/// left to Boost.
class FlagParser {
 public:
  FlagParser(const std::vector<FlagSyntax>& flags,
             const std::function<std::string(const std::string&)>& nearest)
      : flags_(flags), nearest_(nearest) {}

  std::vector<po::option> operator()(std::vector<std::string>& arguments) const {
    const std::string word = arguments.front();
    if (word == "--" || !looks_like_flag(word)) return {};
    const size_t equals = word.find('=');
    const FlagSyntax& flag = find(word.substr(0, equals));
    arguments.erase(arguments.begin());
    po::option option;
    option.string_key = flag.key;
    option.original_tokens = {word};
    if (equals != std::string::npos) {
      option.value = {word.substr(equals + 1)};
    } else if (flag.arity == FlagArity::kSwitch) {
      const bool given =
          !arguments.empty() && (arguments.front() == "true" || arguments.front() == "false");
      option.value = {given ? take(arguments) : "true"};
    } else if (flag.arity == FlagArity::kOne) {
      if (arguments.empty() || looks_like_flag(arguments.front())) {
        throw UsageError("command line: " + word + " needs a value",
                         arguments.empty() ? ""
                                           : "A value that begins with '-' is written --" +
                                                 flag.key + "=" + arguments.front() + ".");
      }
      option.value = {take(arguments)};
    }
    return {option};
  }

 private:
  static std::string take(std::vector<std::string>& arguments) {
    std::string word = arguments.front();
    arguments.erase(arguments.begin());
    return word;
  }

  const FlagSyntax& find(const std::string& name) const {
    const bool is_long = name[1] == '-';
    const std::string key = with_underscores(name.substr(is_long ? 2 : 1));
    for (const FlagSyntax& flag : flags_) {
      const bool is_letter = flag.letter != 0 && name.size() == 2 && name[1] == flag.letter;
      if (is_long ? key == with_underscores(flag.key) : is_letter) return flag;
    }
    const std::string near = nearest_(key);
    throw UsageError("command line: unknown flag '" + name + "'",
                     near.empty() ? "See --help." : "Did you mean --" + near + "?");
  }

  const std::vector<FlagSyntax>& flags_;
  const std::function<std::string(const std::string&)>& nearest_;
};

}  // namespace

CommandLine parse_command_line(const std::vector<std::string>& arguments,
                               const std::vector<FlagSyntax>& flags,
                               const std::function<std::string(const std::string&)>& nearest) {
  po::options_description description;
  for (const FlagSyntax& flag : flags) {
    auto* const value = po::value<std::vector<std::string>>();
    if (flag.arity == FlagArity::kList) value->multitoken()->zero_tokens();
    description.add_options()(flag.key.c_str(), value);
  }
  const po::parsed_options parsed =
      po::command_line_parser(arguments)
          .options(description)
          .style(po::command_line_style::allow_long | po::command_line_style::long_allow_adjacent)
          .extra_style_parser(FlagParser(flags, nearest))
          .run();
  CommandLine line;
  for (const po::option& option : parsed.options) {
    if (option.string_key.empty()) {
      line.words.insert(line.words.end(), option.value.begin(), option.value.end());
    } else {
      line.flags.emplace_back(option.string_key, option.value);
    }
  }
  return line;
}

}  // namespace nmt
