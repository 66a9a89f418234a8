#include "nmt/options/option_value.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include "nmt/options/nearest_word.h"
#include "nmt/support/utf8.h"

namespace nmt {
namespace {

[[noreturn]] void refuse(const OptionValue& value) {
  throw UsageError("expected " + value.expected());
}

/// Parses all of `word` as a T, or refuses with what `value` expects.
template <class T>
T parse_number(const std::string& word, const OptionValue& value) {
  T number{};
  const char* end = word.data() + word.size();
  const auto [stop, failure] = std::from_chars(word.data(), end, number);
  if (failure != std::errc() || stop != end) refuse(value);
  const auto as_double = static_cast<double>(number);
  if (!std::isfinite(as_double) || as_double < value.minimum || as_double > value.maximum) {
    refuse(value);
  }
  return number;
}

// Per element type: its kind, parsing and printing.
template <class T>
struct Element;

template <>
struct Element<bool> {
  static constexpr ValueKind kKind = ValueKind::kFlag;
  static bool parse(const std::string& word, const OptionValue& value) {
    // YAML 1.2 allows these spellings; Python's "True" is common in recipes.
    if (word == "true" || word == "True" || word == "TRUE") return true;
    if (word == "false" || word == "False" || word == "FALSE") return false;
    refuse(value);
  }
  static std::string print(bool field) { return field ? "true" : "false"; }
};

template <>
struct Element<int64_t> {
  static constexpr ValueKind kKind = ValueKind::kInteger;
  static int64_t parse(const std::string& word, const OptionValue& value) {
    return parse_number<int64_t>(word, value);
  }
  static std::string print(int64_t field) { return std::to_string(field); }
};

template <>
struct Element<double> {
  static constexpr ValueKind kKind = ValueKind::kNumber;
  static double parse(const std::string& word, const OptionValue& value) {
    return parse_number<double>(word, value);
  }
  static std::string print(double field) { return number_text(field); }
};

template <>
struct Element<std::string> {
  static constexpr ValueKind kKind = ValueKind::kText;
  static std::string parse(const std::string& word, const OptionValue& value) {
    if (!value.allowed.empty() &&
        std::find(value.allowed.begin(), value.allowed.end(), word) == value.allowed.end()) {
      const std::string near = nearest_word(word, value.allowed);
      throw UsageError("expected " + value.expected(),
                       near.empty() ? "" : "Did you mean '" + near + "'?");
    }
    if (find_invalid_utf8(word)) {
      throw UsageError("expected UTF-8 text without NUL bytes");
    }
    return word;
  }
  static std::string print(const std::string& field) { return field; }
};

template <class T>
class ScalarValue : public OptionValue {
 public:
  explicit ScalarValue(T& field) : field_(field) {}
  void set(const std::vector<std::string>& elements) override {
    if (elements.size() != 1) refuse(*this);
    field_ = Element<T>::parse(elements.front(), *this);
  }
  std::vector<std::string> get() const override { return {Element<T>::print(field_)}; }
  ValueKind kind() const override { return Element<T>::kKind; }

 private:
  T& field_;
};

template <class T>
class ListValue : public OptionValue {
 public:
  explicit ListValue(std::vector<T>& field) : field_(field) {}
  void set(const std::vector<std::string>& elements) override {
    std::vector<T> parsed;
    parsed.reserve(elements.size());
    for (const std::string& element : elements) parsed.push_back(Element<T>::parse(element, *this));
    field_ = std::move(parsed);
  }
  std::vector<std::string> get() const override {
    std::vector<std::string> texts;
    texts.reserve(field_.size());
    for (const T& element : field_) texts.push_back(Element<T>::print(element));
    return texts;
  }
  ValueKind kind() const override { return Element<T>::kKind; }
  bool is_list() const override { return true; }

 private:
  std::vector<T>& field_;
};

class NamedValue : public OptionValue {
 public:
  NamedValue(std::vector<std::string> names, std::function<std::vector<std::string>()> get,
             std::function<void(const std::string&)> set)
      : get_(std::move(get)), set_(std::move(set)) {
    allowed = std::move(names);
  }
  void set(const std::vector<std::string>& elements) override {
    if (elements.size() != 1) refuse(*this);
    set_(Element<std::string>::parse(elements.front(), *this));
  }
  std::vector<std::string> get() const override { return get_(); }
  ValueKind kind() const override { return ValueKind::kText; }

 private:
  std::function<std::vector<std::string>()> get_;
  std::function<void(const std::string&)> set_;
};

std::string quoted_if_empty(const std::string& word) {
  return word.empty() ? "''" : word;
}

}  // namespace

std::string OptionValue::limits() const {
  const bool low = std::isfinite(minimum), high = std::isfinite(maximum);
  if (low && high) return number_text(minimum) + " to " + number_text(maximum);
  if (low) return ">= " + number_text(minimum);
  if (high) return "<= " + number_text(maximum);
  return "";
}

std::string OptionValue::expected() const {
  if (!allowed.empty()) {
    std::string names;
    for (const std::string& name : allowed) {
      names += (names.empty() ? "" : ", ") + quoted_if_empty(name);
    }
    return (is_list() ? "a list of any of " : "one of ") + names;
  }
  std::string noun;
  switch (kind()) {
    case ValueKind::kFlag:
      noun = "true or false";
      break;
    case ValueKind::kInteger:
      noun = is_list() ? "a list of integers" : "an integer";
      break;
    case ValueKind::kNumber:
      noun = is_list() ? "a list of numbers" : "a number";
      break;
    case ValueKind::kText:
      noun = is_list() ? "a list of texts" : "one text";
      break;
  }
  const std::string range = limits();
  if (range.empty()) return noun;
  return noun + (std::isfinite(minimum) && std::isfinite(maximum) ? " from " : " ") + range;
}

std::unique_ptr<OptionValue> bind_value(bool& field) {
  return std::make_unique<ScalarValue<bool>>(field);
}
std::unique_ptr<OptionValue> bind_value(int64_t& field) {
  return std::make_unique<ScalarValue<int64_t>>(field);
}
std::unique_ptr<OptionValue> bind_value(double& field) {
  return std::make_unique<ScalarValue<double>>(field);
}
std::unique_ptr<OptionValue> bind_value(std::string& field) {
  return std::make_unique<ScalarValue<std::string>>(field);
}
std::unique_ptr<OptionValue> bind_value(std::vector<std::string>& field) {
  return std::make_unique<ListValue<std::string>>(field);
}
std::unique_ptr<OptionValue> bind_value(std::vector<int64_t>& field) {
  return std::make_unique<ListValue<int64_t>>(field);
}
std::unique_ptr<OptionValue> bind_value(std::vector<double>& field) {
  return std::make_unique<ListValue<double>>(field);
}

std::unique_ptr<OptionValue> bind_names(std::vector<std::string> names,
                                        std::function<std::vector<std::string>()> get,
                                        std::function<void(const std::string&)> set) {
  return std::make_unique<NamedValue>(std::move(names), std::move(get), std::move(set));
}

std::string number_text(double number) {
  const double size = std::abs(number);
  const bool is_handy = size == 0 || (size >= 1e-4 && size < 1e15);
  char buffer[64];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, number,
                    is_handy ? std::chars_format::fixed : std::chars_format::scientific)
          .ptr;
  return std::string(buffer, end);
}

}  // namespace nmt
