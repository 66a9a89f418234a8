#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "nmt/support/error.h"

// How the text of an option becomes a field of an options struct, and back. Numbers are parsed
// strictly: the whole text, finite, in range; integers have digits only (20000, not 20k or 2e4).

namespace nmt {

/// The names of an enumeration's values, found by argument-dependent lookup:
///   inline EnumNames<Activation> enum_names(Activation) { return {{Activation::kRelu, "relu"}, …};
///   }
template <class E>
using EnumNames = std::vector<std::pair<E, std::string>>;

enum class ValueKind { kFlag, kInteger, kNumber, kText };

/// A bound field. One implementation per field type.
class OptionValue {
 public:
  virtual ~OptionValue() = default;
  /// Parses the elements (exactly one for a scalar, any number for a list) into the field. Throws
  /// UsageError that says what is expected, "expected an integer >= 1"; the caller adds where. The
  /// field is unchanged then.
  virtual void set(const std::vector<std::string>& elements) = 0;
  /// The field's present value; set(get()) changes nothing. No element at all for a scalar that has
  /// no value.
  virtual std::vector<std::string> get() const = 0;
  bool has_value() const { return is_list() || !get().empty(); }
  virtual ValueKind kind() const = 0;
  virtual bool is_list() const { return false; }

  /// "an integer >= 1", "one of relu, gelu, swiglu", "a list of numbers from 0 to 1" …
  std::string expected() const;
  /// The limits alone: ">= 1", "0 to 0.99", or "" without limits.
  std::string limits() const;

  /// Inclusive limits for numbers (and for each element of a list of numbers).
  double minimum = -std::numeric_limits<double>::infinity();
  double maximum = std::numeric_limits<double>::infinity();
  /// Allowed texts (for each element of a list); empty = any.
  std::vector<std::string> allowed;
};

std::unique_ptr<OptionValue> bind_value(bool& field);
std::unique_ptr<OptionValue> bind_value(int64_t& field);
std::unique_ptr<OptionValue> bind_value(double& field);
std::unique_ptr<OptionValue> bind_value(std::string& field);
std::unique_ptr<OptionValue> bind_value(std::vector<std::string>& field);
std::unique_ptr<OptionValue> bind_value(std::vector<int64_t>& field);
std::unique_ptr<OptionValue> bind_value(std::vector<double>& field);

/// The name of a value of an enumeration, "" for one without.
template <class E>
requires std::is_enum_v<E> std::string enum_name(E value) {
  for (const auto& [known, name] : enum_names(value))
    if (known == value) return name;
  return "";
}

/// Used by the templates below: a text that is one of `names`. `get` gives one name or nothing.
std::unique_ptr<OptionValue> bind_names(std::vector<std::string> names,
                                        std::function<std::vector<std::string>()> get,
                                        std::function<void(const std::string&)> set);

/// The same for an E or a std::optional<E>.
template <class E, class Field>
std::unique_ptr<OptionValue> bind_enum(Field& field,
                                       std::function<std::vector<std::string>()> get) {
  const EnumNames<E> names = enum_names(E{});
  std::vector<std::string> texts;
  for (const auto& entry : names) texts.push_back(entry.second);
  return bind_names(texts, std::move(get), [names, &field](const std::string& chosen) {
    for (const auto& [value, name] : names)
      if (name == chosen) field = value;
  });
}

template <class E>
requires std::is_enum_v<E> std::unique_ptr<OptionValue> bind_value(E& field) {
  return bind_enum<E>(field, [&field] { return std::vector<std::string>{enum_name(field)}; });
}

/// An option that has no value until one is given.
template <class E>
requires std::is_enum_v<E> std::unique_ptr<OptionValue> bind_value(std::optional<E>& field) {
  return bind_enum<E>(field, [&field] {
    return field ? std::vector<std::string>{enum_name(*field)} : std::vector<std::string>();
  });
}

/// The shortest text that reads back as the same number, with an exponent only where it is far from
/// 1: "0.0005", "1e-09".
std::string number_text(double number);

}  // namespace nmt
