// A recipe: what is accepted is written as config.yaml and read again as the same.

#include "nmt/options/option_table.h"
#include "nmt/options/yaml_reader.h"
#include "nmt/run/recipe.h"
#include "tests/fuzz/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  const auto resolved = [](const std::string& file) {
    OptionTable table;
    Recipe recipe;
    declare(table, recipe);
    table.read_yaml(file);
    table.apply();
    return to_yaml(recipe, table);
  };
  fuzzing::accepts([&] {
    // The quick part alone for most of what is no YAML.
    parse_yaml(std::string(fuzzing::bytes_of(data, size)), "input");
    const fuzzing::InputFile input(fuzzing::bytes_of(data, size));
    const std::string config = resolved(input.path());
    const fuzzing::InputFile saved(config);
    std::string again;
    fuzzing::require(fuzzing::accepts([&] { again = resolved(saved.path()); }),
                     "a saved configuration can be read");
    fuzzing::require(again == config, "a saved configuration says what the recipe said");
  });
  return 0;
}
