#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nmt/options/nearest_word.h"
#include "nmt/options/option_value.h"
#include "nmt/support/error.h"

// The one table in which every option is declared, once. From it come the YAML keys, the
// command-line flags, --help, validation, `nmt list` and the saved configuration.
//
//   struct AdamOptions { double lr = 5e-4; int64_t warmup = 4000; };
//   void declare(OptionTable& table, AdamOptions& o) {
//     table.group("train", "Training");
//     table.add("train.lr", o.lr, "peak learning rate").range(0, 10);
//     table.add("train.warmup", o.warmup, "updates until the peak").at_least(0);
//   }
//
// An option is bound to a field of a component's own options struct; the field's value at
// declaration is the default, so that defaults live in one place. `train.lr` is the key `lr` under
// `train:` in YAML and the flag --train.lr.
//
// Values are first collected from their sources and then written to the fields by apply(): what
// YAML files say in the order of reading, then the command line, whichever was read first.

namespace nmt {

/// One declared option. The methods that describe it return *this for chaining.
class Option {
 public:
  Option(std::string key, std::unique_ptr<OptionValue> value, std::string help);

  // A default outside its own limits or choices is a mistake of the declaring code:
  // std::logic_error.
  /// Inclusive limits of a number, or of each element of a list of numbers.
  Option& range(double low, double high);
  Option& at_least(double low);
  /// Restricts a text (or each element of a list) to these values.
  Option& choices(std::vector<std::string> values);
  /// Names the value in --help: FILE, DIR, N …
  Option& hint(std::string value_hint);
  /// A preset: when set, `apply(value)` runs before any other option is assigned, so that explicit
  /// options override what the preset sets, wherever they stand.
  Option& preset(std::function<void(const std::string&)> apply);

  /// Belongs to the command line of a command, not to a recipe: refused in YAML and not saved with
  /// the run.
  Option& command_line_only();
  /// Also settable as a bare word on the command line: the n-th one (0-based). A list takes all
  /// words from there on.
  Option& positional(int index);
  /// Also settable as -LETTER on the command line.
  Option& short_flag(char letter);
  /// apply() refuses to go on without it.
  Option& required();
  /// Lists the option in another group than its key says. For the command line only.
  Option& in_group(std::string group);

  const std::string& key() const { return key_; }
  const std::string& help() const { return help_; }
  /// The part of the key before its first dot, "" for a key without a dot; or what in_group() says.
  std::string group() const;
  std::string name() const;  // the part after it
  /// The hint; without one "a|b|c", "N" (integer), "X" (number), "TEXT"; lists end in "...".
  std::string value_hint() const;
  /// The field's value at declaration, list elements separated by spaces.
  const std::string& default_text() const { return default_; }
  const OptionValue& value() const { return *value_; }
  bool is_command_line_only() const { return command_line_only_; }
  bool is_required() const { return required_; }
  bool is_preset() const { return preset_ != nullptr; }
  int positional_index() const { return positional_; }  // -1: none
  char short_flag() const { return short_flag_; }       // '\0': none

  // Known after apply():
  bool is_set() const { return set_; }
  /// Where the value came from: "recipe.yaml:12", "command line", or "default".
  const std::string& origin() const { return origin_; }

 private:
  friend class OptionTable;
  void check_default() const;

  std::string key_;
  std::unique_ptr<OptionValue> value_;
  std::string help_;
  std::string hint_;
  std::string group_;
  std::string default_;
  std::string origin_ = "default";
  int positional_ = -1;
  char short_flag_ = '\0';
  bool command_line_only_ = false;
  bool required_ = false;
  bool set_ = false;
  std::function<void(const std::string&)> preset_;
};

class OptionTable {
 public:
  OptionTable() = default;
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  /// Gives a group its heading in --help; groups print in the order of their declaration.
  void group(const std::string& name, const std::string& heading);

  /// Declares option `key`, bound to `field`. `field` must outlive the table. Declaring a key
  /// twice, or a key that is also a group, throws std::logic_error.
  template <class T>
  Option& add(const std::string& key, T& field, const std::string& help) {
    return add(key, bind_value(field), help);
  }
  Option& add(const std::string& key, std::unique_ptr<OptionValue> value, const std::string& help);

  /// Collects the assignments of a YAML file: nested maps or dotted keys, scalars or lists. Throws
  /// UsageError with file:line for bad YAML, an unknown key (naming the nearest known one), or a
  /// key given twice.
  void read_yaml(const std::string& file);

  /// The same from text; `file` is the name printed in errors.
  void read_yaml_text(const std::string& yaml, const std::string& file);

  /// Collects the assignments of command-line arguments (without program and command name):
  /// `--key value`, `--key=value`, bare `--flag` for true/false options (or `--flag=false`), short
  /// flags, positional words, `--` before words that would look like flags. In a flag, `-` may
  /// stand for `_`. A list takes all words up to the next flag or `--`, none at all for the empty
  /// list. Throws UsageError that names the nearest known flag.
  void read_command_line(const std::vector<std::string>& arguments);

  /// Collects one assignment, as a YAML file would. `origin` is printed in errors.
  void assign(const std::string& key, std::vector<std::string> elements, const std::string& origin);

  /// Writes all collected assignments into the fields: presets first, then in order. Throws
  /// UsageError naming origin, key, the offending value and what is allowed. May be called again
  /// after more has been read.
  void apply();

  /// What --help prints of the `wanted` options: by group, with hints, defaults and limits, wrapped
  /// to `width`.
  std::string help(const std::function<bool(const Option&)>& wanted = all_options,
                   size_t width = 100) const;

  /// The present value of every `wanted` option that has one and is not command_line_only, as YAML
  /// that read_yaml() accepts and that gives the same values. Each key carries its help text as a
  /// comment.
  std::string to_yaml(const std::function<bool(const Option&)>& wanted = all_options) const;

  static bool all_options(const Option&) { return true; }

  /// Null when there is none.
  const Option* find(const std::string& key) const;
  const std::vector<std::unique_ptr<Option>>& options() const { return options_; }
  /// Name and heading of each group, in the order of declaration; "" holds the keys without a dot
  /// and comes first.
  std::vector<std::pair<std::string, std::string>> groups() const;
  /// The known key that a misspelt one means: nearest by edit distance in group and name, else the
  /// same name in another group; "" when there is none.
  std::string nearest(const std::string& key) const;

 private:
  struct Assignment {
    Option* option;
    std::vector<std::string> elements;
    std::string origin;
  };
  Option* lookup(const std::string& key) const;
  void read_positionals(const std::vector<std::string>& words);
  void collect_from_command_line(Option& option, std::vector<std::string> elements);
  std::vector<const Option*> options_of(const std::string& group) const;

  std::vector<std::pair<std::string, std::string>> groups_;
  std::vector<std::unique_ptr<Option>> options_;
  std::map<std::string, Option*> by_key_;
  std::vector<Assignment> from_recipe_;
  std::vector<Assignment> from_command_line_;
};

}  // namespace nmt
