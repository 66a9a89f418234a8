#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "nmt/support/error.h"

// The one table in which every option is declared, once. From it come the YAML keys, the command-line flags, --help,
// validation, `nmt list` and the saved configuration.
//
//   struct AdamOptions { double lr = 5e-4; int64_t warmup = 4000; };
//   void declare(OptionTable& table, AdamOptions& o) {
//     table.group("train", "Training");
//     table.add("train.lr", o.lr, "peak learning rate").range(0, 10);
//     table.add("train.warmup", o.warmup, "updates until the peak").at_least(0);
//   }
//
// An option is bound to a field of a component's own options struct; the field's value at declaration is the default,
// so that defaults live in one place. `train.lr` is the key `lr` under `train:` in YAML and the flag --train.lr.

namespace nmt {

/// The names of an enumeration's values, found by argument-dependent lookup:
///   inline EnumNames<Activation> enum_names(Activation) { return {{Activation::kRelu, "relu"}, …}; }
template <class E>
using EnumNames = std::vector<std::pair<E, std::string>>;

/// How an option's text becomes its field and back. One of these per field type.
class OptionValue {
 public:
  virtual ~OptionValue() = default;
  /// Parses the elements (one for a scalar, any number for a list) into the field. Throws UsageError that says what is
  /// expected; the caller adds where.
  virtual void set(const std::vector<std::string>& elements) = 0;
  virtual std::vector<std::string> get() const = 0;
  /// "number", "integer", "true|false", "text", "list of text", "relu|gelu|swiglu" …
  virtual std::string type() const = 0;
  virtual bool is_list() const { return false; }
  virtual bool is_flag() const { return false; }
  /// Inclusive limits for numbers (and for each element of a list of numbers).
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Allowed texts; empty = any.
  std::vector<std::string> allowed;
};

std::unique_ptr<OptionValue> bind_value(bool& field);
std::unique_ptr<OptionValue> bind_value(int64_t& field);
std::unique_ptr<OptionValue> bind_value(double& field);
std::unique_ptr<OptionValue> bind_value(std::string& field);
std::unique_ptr<OptionValue> bind_value(std::vector<std::string>& field);
std::unique_ptr<OptionValue> bind_value(std::vector<int64_t>& field);
std::unique_ptr<OptionValue> bind_value(std::vector<double>& field);

/// Used by the template below: a text whose value is one of `names`.
std::unique_ptr<OptionValue> bind_names(std::vector<std::string> names, std::function<std::string()> get,
                                        std::function<void(const std::string&)> set);

template <class E>
  requires std::is_enum_v<E>
std::unique_ptr<OptionValue> bind_value(E& field) {
  const EnumNames<E> names = enum_names(E{});
  std::vector<std::string> texts;
  for (const auto& entry : names) texts.push_back(entry.second);
  return bind_names(
      texts,
      [names, &field] {
        for (const auto& [value, name] : names)
          if (value == field) return name;
        return std::string();
      },
      [names, &field](const std::string& chosen) {
        for (const auto& [value, name] : names)
          if (name == chosen) field = value;
      });
}

/// One declared option. Methods return *this for chaining.
class Option {
 public:
  Option(std::string option_key, std::unique_ptr<OptionValue> option_value, std::string option_help);

  Option& range(double low, double high);
  Option& at_least(double low);
  /// Restricts a text (or each element of a list) to these values.
  Option& choices(std::vector<std::string> values);
  /// Names the value in --help: FILE, DIR, N …
  Option& hint(std::string value_hint);
  /// Also settable as a bare word on the command line: the n-th positional argument of the command (0-based).
  Option& positional(int index);
  /// A preset: when set, `apply(value)` runs before any other option is assigned, so that explicit options override
  /// what the preset sets.
  Option& preset(std::function<void(const std::string&)> apply);
  /// Belongs to the command line of a command, not to a recipe: refused in YAML and not saved with the run.
  Option& command_line_only();

  const std::string& key() const { return key_; }
  const std::string& help() const { return help_; }
  std::string group() const;       // the part before the first dot, "" for a key without a dot
  std::string value_hint() const;  // the hint, or the type
  std::string default_text() const { return default_; }
  bool is_set() const { return set_; }
  /// Where the value came from: a file position, "command line", or "default".
  const std::string& origin() const { return origin_; }
  const OptionValue& value() const { return *value_; }

 private:
  friend class OptionTable;
  std::string key_;
  std::unique_ptr<OptionValue> value_;
  std::string help_;
  std::string hint_;
  std::string default_;
  std::string origin_ = "default";
  int positional_ = -1;
  bool command_line_only_ = false;
  bool set_ = false;
  std::function<void(const std::string&)> preset_;
};

class OptionTable {
 public:
  OptionTable();
  ~OptionTable();
  OptionTable(const OptionTable&) = delete;
  OptionTable& operator=(const OptionTable&) = delete;

  /// Gives a group its heading in --help; groups print in the order of their declaration.
  void group(const std::string& name, const std::string& heading);

  /// Declares option `key`, bound to `field`. `field` must outlive the table. Declaring a key twice throws
  /// std::logic_error.
  template <class T>
  Option& add(const std::string& key, T& field, const std::string& help) {
    return add(key, bind_value(field), help);
  }
  Option& add(const std::string& key, std::unique_ptr<OptionValue> value, const std::string& help);

  /// Collects the assignments of a YAML file: nested maps or dotted keys, scalars or lists. Throws UsageError with
  /// file:line for bad YAML, an unknown key (naming the nearest known one), or a key given twice.
  void read_yaml(const std::string& file);

  /// Collects the assignments of command-line arguments (without program and command name): `--key value`,
  /// `--key=value`, several values for lists, bare `--flag` for true/false options, positional words. A later source
  /// overrides an earlier one. Throws UsageError that names the nearest known flag.
  void read_command_line(const std::vector<std::string>& arguments);

  /// Collects one assignment, as from a program. `origin` is printed in errors.
  void assign(const std::string& key, std::vector<std::string> elements, const std::string& origin);

  /// Writes all collected assignments into the fields: presets first, then in order. Throws UsageError naming origin,
  /// key, the offending value and what is allowed.
  void apply();

  /// The options of `groups` (all groups when empty), by group, with hints, defaults and ranges, wrapped to `width`.
  std::string help(const std::vector<std::string>& groups = {}, int width = 100) const;

  /// The present value of every option that is not command_line_only, as YAML that read_yaml() accepts and that gives
  /// the same values. Each key carries its help text as a comment.
  std::string to_yaml() const;

  const Option* find(const std::string& key) const;
  const std::vector<std::unique_ptr<Option>>& options() const { return options_; }
  /// The known key nearest to `key` by edit distance, or "" when none is near.
  std::string nearest(const std::string& key) const;

 private:
  struct Assignment {
    Option* option;
    std::vector<std::string> elements;
    std::string origin;
  };
  Option* find(const std::string& key);
  void collect(Option& option, std::vector<std::string> elements, std::string origin);

  std::vector<std::pair<std::string, std::string>> groups_;
  std::vector<std::unique_ptr<Option>> options_;
  std::map<std::string, Option*> by_key_;
  std::vector<Assignment> assignments_;
};

/// The candidate nearest to `word` by Damerau–Levenshtein distance, or "" when none is within a third of its length.
std::string nearest_word(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace nmt
