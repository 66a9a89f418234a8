#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "nmt/options/option_table.h"
#include "tests/temporary_folder.h"

namespace nmt::testing {

enum class Colour { kRed, kBlue };
inline EnumNames<Colour> enum_names(Colour) {
  return {{Colour::kRed, "red"}, {Colour::kBlue, "blue"}};
}

/// One option of every type.
struct Everything {
  bool flag = false;
  int64_t integer = 3;
  double number = 0.5;
  std::string text = "plain";
  Colour colour = Colour::kRed;
  std::vector<std::string> texts = {"a", "b"};
  std::vector<int64_t> integers = {1, 2};
  std::vector<double> numbers = {0.9, 0.98};
  std::string size = "small";  // a preset
  int64_t width = 1;
  int64_t depth = 1;
  std::string top;  // key without a dot
};

inline void declare(OptionTable& table, Everything& o) {
  table.group("all", "All types");
  table.add("top", o.top, "a key without a dot");
  table.add("all.flag", o.flag, "a flag");
  table.add("all.integer", o.integer, "an integer").range(1, 1000);
  table.add("all.number", o.number, "a number").range(-1, 1);
  table.add("all.text", o.text, "a text");
  table.add("all.colour", o.colour, "a name");
  table.add("all.texts", o.texts, "texts");
  table.add("all.integers", o.integers, "integers");
  table.add("all.numbers", o.numbers, "numbers").at_least(0);
  table.group("shape", "Shape");
  table.add("shape.size", o.size, "sizes by name")
      .choices({"small", "large"})
      .preset([&o](const std::string& name) {
        o.width = name == "large" ? 100 : 10;
        o.depth = name == "large" ? 20 : 2;
      });
  table.add("shape.width", o.width, "width");
  table.add("shape.depth", o.depth, "depth");
}

/// Options and the table bound to them.
struct Fixture {
  Everything options;
  OptionTable table;
  Fixture() { declare(table, options); }

  void yaml(const std::string& yaml_text) {
    table.read_yaml_text(yaml_text, "recipe.yaml");
    table.apply();
  }
  void arguments(const std::vector<std::string>& words) {
    table.read_command_line(words);
    table.apply();
  }
};

/// The message of the UsageError that `action` must throw.
inline std::string usage_error(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  ADD_FAILURE() << "no UsageError was thrown";
  return "";
}

inline std::string yaml_error(const std::string& yaml_text) {
  return usage_error([&] { Fixture().yaml(yaml_text); });
}

inline std::string argument_error(const std::vector<std::string>& words) {
  return usage_error([&] { Fixture().arguments(words); });
}

}  // namespace nmt::testing
