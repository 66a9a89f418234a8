#include "nmt/options/option_table.h"

#include <algorithm>
#include <stdexcept>

#include "nmt/options/command_line.h"
#include "nmt/options/yaml_reader.h"
#include "nmt/support/joined.h"

namespace nmt {
namespace {

std::string group_of(const std::string& key) {
  const size_t dot = key.find('.');
  return dot == std::string::npos ? "" : key.substr(0, dot);
}

std::string name_of(const std::string& key) {
  const size_t dot = key.find('.');
  return dot == std::string::npos ? key : key.substr(dot + 1);
}

/// The offending value as it is shown in an error: 'eight', or ['a', 'b'].
std::string shown(const std::vector<std::string>& elements, bool is_list) {
  constexpr size_t kLongest = 200;
  std::string all = "'" + joined(elements, "', '") + "'";
  if (elements.empty()) all.clear();
  if (is_list || elements.size() != 1) all = "[" + all + "]";
  return all.size() <= kLongest ? all : all.substr(0, kLongest) + "…";
}

std::string did_you_mean(const std::string& key) {
  return key.empty() ? "`nmt list options` prints all keys." : "Did you mean '" + key + "'?";
}

}  // namespace

Option::Option(std::string key, std::unique_ptr<OptionValue> value, std::string help)
    : key_(std::move(key)),
      value_(std::move(value)),
      help_(std::move(help)),
      group_(group_of(key_)),
      default_(joined(value_->get(), " ")) {
  check_default();
}

void Option::check_default() const {
  if (!value_->has_value()) return;
  try {
    value_->set(value_->get());
  } catch (const Error& error) {
    throw std::logic_error("the default of option " + key_ + " is not allowed: '" + default_ +
                           "', " + error.what());
  }
}

Option& Option::range(double low, double high) {
  value_->minimum = low;
  value_->maximum = high;
  check_default();
  return *this;
}

Option& Option::at_least(double low) {
  value_->minimum = low;
  check_default();
  return *this;
}

Option& Option::choices(std::vector<std::string> values) {
  value_->allowed = std::move(values);
  check_default();
  return *this;
}

Option& Option::hint(std::string value_hint) {
  hint_ = std::move(value_hint);
  return *this;
}

Option& Option::preset(std::function<void(const std::string&)> apply) {
  preset_ = std::move(apply);
  return *this;
}

Option& Option::command_line_only() {
  command_line_only_ = true;
  return *this;
}

Option& Option::positional(int index) {
  positional_ = index;
  return *this;
}

Option& Option::short_flag(char letter) {
  short_flag_ = letter;
  return *this;
}

Option& Option::required() {
  required_ = true;
  return *this;
}

Option& Option::in_group(std::string group) {
  group_ = std::move(group);
  return *this;
}

std::string Option::group() const {
  return group_;
}
std::string Option::name() const {
  return name_of(key_);
}

std::string Option::value_hint() const {
  constexpr size_t kLongestChoice = 40;
  std::string hint = hint_;
  if (hint.empty() && !value_->allowed.empty()) {
    hint = joined(value_->allowed, "|");
    if (hint.size() > kLongestChoice) hint = "NAME";
  } else if (hint.empty()) {
    switch (value_->kind()) {
      case ValueKind::kFlag:
        hint = "true|false";
        break;
      case ValueKind::kInteger:
        hint = "N";
        break;
      case ValueKind::kNumber:
        hint = "X";
        break;
      case ValueKind::kText:
        hint = "TEXT";
        break;
    }
  }
  return value_->is_list() ? hint + "..." : hint;
}

void OptionTable::group(const std::string& name, const std::string& heading) {
  if (by_key_.count(name) != 0) throw std::logic_error("'" + name + "' is an option, not a group");
  for (auto& known : groups_) {
    if (known.first == name) {
      known.second = heading;
      return;
    }
  }
  groups_.emplace_back(name, heading);
}

Option& OptionTable::add(const std::string& key, std::unique_ptr<OptionValue> value,
                         const std::string& help) {
  auto option = std::make_unique<Option>(key, std::move(value), help);
  const std::string group_name = option->group();
  if (key.empty() || by_key_.count(key) != 0) {
    throw std::logic_error("option '" + key + "' is declared twice or has no name");
  }
  for (const auto& known : groups_) {
    if (known.first == key) throw std::logic_error("'" + key + "' is a group, not an option");
  }
  if (!group_name.empty() && std::none_of(groups_.begin(), groups_.end(), [&](const auto& known) {
        return known.first == group_name;
      })) {
    group(group_name, group_name);
  }
  by_key_[key] = option.get();
  options_.push_back(std::move(option));
  return *options_.back();
}

Option* OptionTable::lookup(const std::string& key) const {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : found->second;
}

const Option* OptionTable::find(const std::string& key) const {
  return lookup(key);
}

std::vector<std::pair<std::string, std::string>> OptionTable::groups() const {
  std::vector<std::pair<std::string, std::string>> all;
  std::string general = "General";
  for (const auto& known : groups_) {
    if (known.first.empty()) general = known.second;
  }
  if (!options_of("").empty()) all.emplace_back("", general);
  for (const auto& known : groups_) {
    if (!known.first.empty()) all.push_back(known);
  }
  // Groups that in_group() alone names.
  for (const auto& option : options_) {
    const std::string group = option->group();
    const bool is_listed = std::any_of(
        all.begin(), all.end(), [&group](const auto& listed) { return listed.first == group; });
    if (!is_listed) all.emplace_back(group, group);
  }
  return all;
}

std::vector<const Option*> OptionTable::options_of(const std::string& group) const {
  std::vector<const Option*> members;
  for (const auto& option : options_) {
    if (option->group() == group) members.push_back(option.get());
  }
  return members;
}

std::string OptionTable::nearest(const std::string& key) const {
  const std::string group = group_of(key), name = name_of(key);
  const size_t group_limit = tolerated_edits(group), name_limit = tolerated_edits(name);
  std::string best, elsewhere;
  size_t least = group_limit + name_limit + 1;
  for (const auto& option : options_) {
    const size_t in_group = edit_distance(group, option->group());
    const size_t in_name = edit_distance(name, option->name());
    if (in_group <= group_limit && in_name <= name_limit && in_group + in_name < least) {
      least = in_group + in_name;
      best = option->key();
    }
    if (elsewhere.empty() && in_name == 0) elsewhere = option->key();
  }
  return best.empty() ? elsewhere : best;
}

void OptionTable::read_yaml(const std::string& file) {
  read_yaml_text(read_yaml_file(file), file);
}

void OptionTable::read_yaml_text(const std::string& yaml, const std::string& file) {
  std::map<const Option*, long> lines;
  for (YamlEntry& entry : parse_yaml(yaml, file)) {
    Option* const option = lookup(entry.key);
    if (option == nullptr) {
      const bool is_group = std::any_of(groups_.begin(), groups_.end(), [&](const auto& known) {
        return known.first == entry.key;
      });
      if (is_group && entry.kind == YamlEntry::Kind::kNothing) continue;
      if (is_group) {
        throw UsageError(entry.where,
                         "'" + entry.key + "' is a group of options and takes no value itself",
                         "Write its options below it, indented.");
      }
      throw UsageError(entry.where, "unknown option '" + entry.key + "'",
                       did_you_mean(nearest(entry.key)));
    }
    if (option->is_command_line_only()) {
      throw UsageError(entry.where, "'" + entry.key + "' is not an option of a recipe",
                       "Give it on the command line: --" + entry.key + ".");
    }
    const auto [earlier, is_new] = lines.emplace(option, entry.where.line);
    if (!is_new) {
      throw UsageError(entry.where,
                       text("'", entry.key, "' is given twice; first in line ", earlier->second));
    }
    if (entry.kind == YamlEntry::Kind::kNothing) {
      throw UsageError(entry.where,
                       entry.key + " has no value: expected " + option->value().expected(),
                       option->value().kind() == ValueKind::kText
                           ? "Write '' for an empty text, [] for an empty list."
                           : "Remove the line to keep the default.");
    }
    if (entry.kind == YamlEntry::Kind::kList && !option->value().is_list()) {
      throw UsageError(entry.where, entry.key + " = " + shown(entry.elements, true) +
                                        ": expected " + option->value().expected() +
                                        ", not a list");
    }
    from_recipe_.push_back({option, std::move(entry.elements), to_string(entry.where)});
  }
}

void OptionTable::read_command_line(const std::vector<std::string>& arguments) {
  std::vector<FlagSyntax> flags;
  flags.reserve(options_.size());
  for (const auto& option : options_) {
    const FlagArity arity = option->value().is_list()                    ? FlagArity::kList
                            : option->value().kind() == ValueKind::kFlag ? FlagArity::kSwitch
                                                                         : FlagArity::kOne;
    flags.push_back({option->key(), option->short_flag(), arity});
  }
  CommandLine parsed =
      parse_command_line(arguments, flags, [this](const std::string& key) { return nearest(key); });
  for (auto& [key, values] : parsed.flags) {
    collect_from_command_line(*lookup(key), std::move(values));
  }
  read_positionals(parsed.words);
}

void OptionTable::read_positionals(const std::vector<std::string>& words) {
  std::vector<Option*> takers;
  for (const auto& option : options_) {
    if (option->positional_index() >= 0) takers.push_back(option.get());
  }
  std::sort(takers.begin(), takers.end(), [](const Option* a, const Option* b) {
    return a->positional_index() < b->positional_index();
  });
  size_t next = 0;
  for (Option* taker : takers) {
    if (next == words.size()) return;
    const size_t count = taker->value().is_list() ? words.size() - next : 1;
    const auto first = words.begin() + static_cast<long>(next);
    collect_from_command_line(*taker, {first, first + static_cast<long>(count)});
    next += count;
  }
  if (next < words.size()) {
    throw UsageError("command line: unexpected word '" + words[next] + "'",
                     "Options begin with --; see --help.");
  }
}

void OptionTable::collect_from_command_line(Option& option, std::vector<std::string> elements) {
  for (const Assignment& earlier : from_command_line_) {
    if (earlier.option == &option) {
      throw UsageError("command line: --" + option.key() +
                       " is given twice: " + shown(earlier.elements, option.value().is_list()) +
                       " and " + shown(elements, option.value().is_list()));
    }
  }
  from_command_line_.push_back({&option, std::move(elements), "command line"});
}

void OptionTable::assign(const std::string& key, std::vector<std::string> elements,
                         const std::string& origin) {
  Option* const option = lookup(key);
  if (option == nullptr) {
    throw UsageError(origin + ": unknown option '" + key + "'", did_you_mean(nearest(key)));
  }
  from_recipe_.push_back({option, std::move(elements), origin});
}

void OptionTable::apply() {
  std::vector<const Assignment*> all;
  for (const Assignment& assignment : from_recipe_) all.push_back(&assignment);
  for (const Assignment& assignment : from_command_line_) all.push_back(&assignment);

  const auto set = [](const Assignment& assignment) {
    Option& option = *assignment.option;
    try {
      option.value_->set(assignment.elements);
    } catch (const UsageError& error) {
      throw UsageError(assignment.origin + ": " + option.key() + " = " +
                       shown(assignment.elements, option.value().is_list()) + ": " + error.what());
    }
    option.set_ = true;
    option.origin_ = assignment.origin;
  };

  for (const Assignment* assignment : all) {
    if (assignment->option->is_preset()) set(*assignment);
  }
  // Only the last value of a preset counts: an overridden one must leave no trace.
  for (const auto& option : options_) {
    if (option->is_preset() && option->is_set()) option->preset_(option->value().get().front());
  }
  for (const Assignment* assignment : all) {
    if (!assignment->option->is_preset()) set(*assignment);
  }
  for (const auto& option : options_) {
    if (option->is_required() && !option->is_set()) {
      const std::string name =
          option->positional_index() >= 0 ? option->value_hint() : "--" + option->key();
      throw UsageError("command line: " + name + " is missing: " + option->help(), "See --help.");
    }
  }
}

}  // namespace nmt
