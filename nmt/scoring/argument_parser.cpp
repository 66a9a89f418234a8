#include "nmt/scoring/argument_parser.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>

#include "nmt/scoring/unicode.h"
#include "nmt/support/error.h"
#include "nmt/support/joined.h"

namespace nmt::scoring {
namespace {

std::string quoted(const std::string& value) {
  return "'" + value + "'";
}

[[noreturn]] void fail(const ArgumentOption& option, const std::string& message) {
  throw UsageError("argument " + joined(option.names, "/") + ": " + message);
}

/// The text of a Python number without its white space, a plus and underscores between digits;
/// nothing if those are misplaced.
std::optional<std::string> plain_number(const std::string& text) {
  std::string plain;
  const std::string_view trimmed = trim(text);
  const auto is_digit = [&trimmed](size_t i) {
    return i < trimmed.size() && std::isdigit(static_cast<uint8_t>(trimmed[i]));
  };
  for (size_t i = 0; i < trimmed.size(); ++i) {
    if (trimmed[i] == '_') {
      if (i == 0 || !is_digit(i - 1) || !is_digit(i + 1)) return std::nullopt;
    } else if (i > 0 || trimmed[i] != '+') {
      plain += trimmed[i];
    } else if (trimmed.size() > 1 && trimmed[1] == '-') {
      return std::nullopt;
    }
  }
  return plain;
}

template <class Number>
std::optional<Number> to_number(const std::string& text) {
  const auto plain = plain_number(text);
  if (!plain) return std::nullopt;
  Number number{};
  const char* end = plain->data() + plain->size();
  const auto result = std::from_chars(plain->data(), end, number);
  if (result.ec != std::errc() || result.ptr != end) return std::nullopt;
  return number;
}

void check_value(const ArgumentOption& option, const std::string& value) {
  if (option.kind == ValueKind::kInteger && !to_number<int>(value)) {
    fail(option, "invalid int value: " + quoted(value));
  }
  if (option.kind == ValueKind::kReal && !to_number<double>(value)) {
    fail(option, "invalid float value: " + quoted(value));
  }
  if (option.choices.empty() ||
      std::find(option.choices.begin(), option.choices.end(), value) != option.choices.end()) {
    return;
  }
  std::vector<std::string> choices;
  choices.reserve(option.choices.size());
  for (const auto& choice : option.choices) choices.push_back(quoted(choice));
  fail(option, "invalid choice: " + quoted(value) + " (choose from " + joined(choices, ", ") + ")");
}

/// -1, -.5, -2.5
bool looks_like_negative_number(const std::string& argument) {
  if (argument.size() < 2 || argument[0] != '-') return false;
  const size_t point = argument.find('.');
  const auto digits = [&argument](size_t first, size_t last) {
    return std::all_of(argument.begin() + static_cast<std::ptrdiff_t>(first),
                       argument.begin() + static_cast<std::ptrdiff_t>(last),
                       [](char c) { return c >= '0' && c <= '9'; });
  };
  if (point == std::string::npos) return digits(1, argument.size());
  return point + 1 < argument.size() && digits(1, point) && digits(point + 1, argument.size());
}

/// An argument taken for an option: which one, by which of its names, and the value glued to it.
struct Match {
  const ArgumentOption* option = nullptr;  // null: looks like an option, but there is none such
  std::string name = {};
  std::optional<std::string> glued = {};
};

class Parser {
 public:
  Parser(const std::vector<std::string>& arguments, const std::vector<ArgumentOption>& options,
         const std::vector<std::string>& immediate)
      : arguments_(arguments), options_(options), immediate_(immediate) {}

  ParsedArguments parse() {
    classify();
    size_t position = 0;
    while (position < arguments_.size() && !stopped_) {
      position = matches_[position] ? take_option(position) : take_block(position);
    }
    if (!stopped_ && !unrecognized_.empty()) {
      throw UsageError("unrecognized arguments: " + joined(unrecognized_, " "));
    }
    return std::move(parsed_);
  }

 private:
  /// Finds out, before anything is taken, which arguments are options.
  void classify() {
    bool all_positional = false;
    for (const auto& argument : arguments_) {
      if (all_positional || argument == "--") {
        all_positional = true;
        matches_.emplace_back();
      } else {
        matches_.push_back(match(argument));
      }
    }
  }

  const ArgumentOption* find(const std::string& name) const {
    for (const auto& option : options_) {
      if (std::find(option.names.begin(), option.names.end(), name) != option.names.end())
        return &option;
    }
    return nullptr;
  }

  std::optional<Match> match(const std::string& argument) const {
    if (argument.size() < 2 || argument[0] != '-') return std::nullopt;
    if (const auto* option = find(argument)) return Match{option, argument};
    const size_t equals = argument.find('=');
    if (equals != std::string::npos) {
      const std::string name = argument.substr(0, equals);
      if (const auto* option = find(name)) return Match{option, name, argument.substr(equals + 1)};
    }
    std::vector<Match> candidates = abbreviations(argument);
    if (candidates.size() == 1) return std::move(candidates.front());
    if (candidates.size() > 1) {
      std::vector<std::string> names;
      names.reserve(candidates.size());
      for (const auto& candidate : candidates) names.push_back(candidate.name);
      throw UsageError("ambiguous option: " + argument + " could match " + joined(names, ", "));
    }
    if (looks_like_negative_number(argument) || argument.find(' ') != std::string::npos)
      return std::nullopt;
    return Match{nullptr, argument};
  }

  /// The options that `argument` may be short for: --wid for --width, -w2 for -w 2.
  std::vector<Match> abbreviations(const std::string& argument) const {
    const bool is_long = argument[1] == '-';
    const size_t equals = is_long ? argument.find('=') : std::string::npos;
    const std::string beginning = argument.substr(0, equals);
    std::optional<std::string> glued;
    if (equals != std::string::npos) glued = argument.substr(equals + 1);
    std::vector<Match> found;
    for (const auto& option : options_) {
      for (const auto& name : option.names) {
        if (!is_long && name == argument.substr(0, 2)) {
          found.push_back({&option, name, argument.substr(2)});
        } else if (name.starts_with(beginning)) {
          found.push_back({&option, name, glued});
        }
      }
    }
    return found;
  }

  void take(const ArgumentOption& option, std::vector<std::string> values) {
    for (const auto& value : values) check_value(option, value);
    if (const auto* excluded = find(option.excludes);
        excluded != nullptr && parsed_.has(option.excludes)) {
      fail(option, "not allowed with argument " + joined(excluded->names, "/"));
    }
    parsed_.set(option.names.front(), std::move(values));
    if (std::find(immediate_.begin(), immediate_.end(), option.names.front()) != immediate_.end())
      stopped_ = true;
  }

  size_t take_option(size_t position) {
    Match current = *matches_[position];
    if (current.option == nullptr) {
      unrecognized_.push_back(arguments_[position]);
      return position + 1;
    }
    std::vector<const ArgumentOption*> flags;  // -qb is -q -b
    while (current.glued && current.option->count == ValueCount::kNone) {
      if (current.name[1] == '-' || current.glued->empty()) {
        fail(*current.option, "ignored explicit argument " + quoted(*current.glued));
      }
      flags.push_back(current.option);
      const std::string name = std::string("-") + current.glued->front();
      const auto* next = find(name);
      if (next == nullptr)
        fail(*current.option, "ignored explicit argument " + quoted(*current.glued));
      const std::string rest = current.glued->substr(1);
      current = {next, name, rest.empty() ? std::nullopt : std::optional<std::string>(rest)};
    }
    std::vector<std::string> values;
    size_t end = position + 1;
    if (current.glued) {
      values.push_back(*current.glued);
    } else {
      end = values_end(*current.option, end);
      values.assign(arguments_.begin() + static_cast<std::ptrdiff_t>(position) + 1,
                    arguments_.begin() + static_cast<std::ptrdiff_t>(end));
    }
    for (const auto* flag : flags) take(*flag, {});
    take(*current.option, std::move(values));
    return end;
  }

  /// Where the values of an option end that start at `start`.
  size_t values_end(const ArgumentOption& option, size_t start) const {
    size_t end = start;
    const auto is_value = [this](size_t i) {
      return i < arguments_.size() && !matches_[i] && !is_separator(i);
    };
    switch (option.count) {
      case ValueCount::kNone:
        break;
      case ValueCount::kOne:
        if (!is_value(start)) fail(option, "expected one argument");
        end = start + 1;
        break;
      case ValueCount::kAtLeastOne:
        if (!is_value(start)) fail(option, "expected at least one argument");
        [[fallthrough]];
      case ValueCount::kAny:
        while (is_value(end)) ++end;
        break;
    }
    return end;
  }

  /// Only the first "--" separates: all that follows is positional.
  bool is_separator(size_t position) const {
    return arguments_[position] == "--" &&
           std::find(arguments_.begin(), arguments_.end(), "--") ==
               arguments_.begin() + static_cast<std::ptrdiff_t>(position);
  }

  size_t take_block(size_t position) {
    std::vector<std::string> block;
    size_t end = position;
    for (; end < arguments_.size() && !matches_[end]; ++end) {
      if (!is_separator(end)) block.push_back(arguments_[end]);
    }
    auto& target = block_taken_ ? unrecognized_ : parsed_.positionals;
    target.insert(target.end(), block.begin(), block.end());
    block_taken_ = true;
    return end;
  }

  const std::vector<std::string>& arguments_;
  const std::vector<ArgumentOption>& options_;
  const std::vector<std::string>& immediate_;
  std::vector<std::optional<Match>> matches_;  // by argument; nothing for values and positionals
  ParsedArguments parsed_;
  std::vector<std::string> unrecognized_;
  bool block_taken_ = false;
  bool stopped_ = false;
};

}  // namespace

std::vector<std::string> ParsedArguments::all(const std::string& key) const {
  const auto found = values_.find(key);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::string ParsedArguments::one(const std::string& key, const std::string& fallback) const {
  const auto values = all(key);
  return values.empty() ? fallback : values.front();
}

int ParsedArguments::integer(const std::string& key, int fallback) const {
  return has(key) ? *to_number<int>(one(key, "")) : fallback;
}

double ParsedArguments::real(const std::string& key, double fallback) const {
  return has(key) ? *to_number<double>(one(key, "")) : fallback;
}

ParsedArguments parse_arguments(const std::vector<std::string>& arguments,
                                const std::vector<ArgumentOption>& options,
                                const std::vector<std::string>& immediate) {
  return Parser(arguments, options, immediate).parse();
}

std::string describe_options(const std::vector<ArgumentOption>& options) {
  constexpr size_t kColumn = 34;
  std::string table;
  for (const auto& option : options) {
    std::string left = "  " + joined(option.names, ", ");
    if (option.count != ValueCount::kNone) left += " " + option.metavar;
    if (option.count == ValueCount::kAny || option.count == ValueCount::kAtLeastOne) left += "…";
    const size_t width = to_code_points(left).size();
    left +=
        width + 1 < kColumn ? std::string(kColumn - width, ' ') : "\n" + std::string(kColumn, ' ');
    table += left + option.help;
    if (!option.choices.empty()) table += " One of " + joined(option.choices, ", ") + ".";
    table += '\n';
  }
  return table;
}

}  // namespace nmt::scoring
