#include "nmt/commands/plugin_arguments.h"

#include <algorithm>
#include <filesystem>

#include "nmt/options/yaml_reader.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

// Words may be anything, too long for a path among it: that is no file, and no error.
bool is_file(const std::string& word) {
  std::error_code ignored;
  return fs::is_regular_file(word, ignored);
}

bool is_yaml(const std::string& word) {
  return (word.ends_with(".yaml") || word.ends_with(".yml")) && is_file(word);
}

/// Flags and their values apart: --flag=value becomes two words.
std::vector<std::string> split_flags(const std::vector<std::string>& words) {
  std::vector<std::string> split;
  for (const std::string& word : words) {
    const size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    split.push_back(word.substr(0, equals));
    if (equals != std::string::npos) split.push_back(word.substr(equals + 1));
  }
  return split;
}

/// Recipes and run folders' recipes among words that are not parsed yet, because plug-ins add
/// flags.
std::vector<std::string> find_recipes(const std::vector<std::string>& arguments) {
  const std::vector<std::string> words = split_flags(arguments);
  const bool has_recipe = std::any_of(words.begin(), words.end(), is_yaml);
  std::vector<std::string> recipes;
  std::string before;
  for (const std::string& word : words) {
    // The run that a recipe trains may remember where its plug-ins were before they moved.
    const bool trained = has_recipe && before == "--run";
    if (is_yaml(word))
      recipes.push_back(word);
    else if (!trained && is_file(word + "/config.yaml"))
      recipes.push_back(word + "/config.yaml");
    before = word;
  }
  return recipes;
}

bool are_same_file(const std::string& one, const std::string& other) {
  const auto whole = [](const std::string& file) {
    return fs::weakly_canonical(fs::absolute(file));
  };
  return one == other || whole(one) == whole(other);
}

const std::string kFlag = "--plugins", kFlagWithValue = "--plugins=";

/// The flag and its values; empty when it is not there.
struct PluginFlag {
  std::vector<std::string>::const_iterator begin, end;
};

PluginFlag find_flag(const std::vector<std::string>& words) {
  const auto last = std::find(words.begin(), words.end(), "--");
  const auto begin = std::find_if(words.begin(), last, [](const std::string& word) {
    return word == kFlag || word.starts_with(kFlagWithValue);
  });
  if (begin == last) return {last, last};
  const auto is_flag = [](const std::string& word) { return word.starts_with("-"); };
  return {begin, std::find_if(begin + 1, words.end(), is_flag)};
}

}  // namespace

std::vector<std::string> find_plugins(const std::vector<std::string>& words) {
  const PluginFlag flag = find_flag(words);
  if (flag.begin != flag.end) {
    std::vector<std::string> plugins(flag.begin + 1, flag.end);
    if (flag.begin->starts_with(kFlagWithValue))
      plugins.insert(plugins.begin(), flag.begin->substr(kFlagWithValue.size()));
    return plugins;
  }
  std::vector<std::string> plugins;
  for (const std::string& recipe : find_recipes(words))
    for (const YamlEntry& entry : parse_yaml(read_yaml_file(recipe), recipe)) {
      if (entry.key != "plugins") continue;
      for (const std::string& plugin : entry.elements)
        if (std::none_of(plugins.begin(), plugins.end(), [&plugin](const std::string& other) {
              return are_same_file(plugin, other);
            }))
          plugins.push_back(plugin);
    }
  return plugins;
}

std::vector<std::string> without_plugins(std::vector<std::string> words) {
  const PluginFlag flag = find_flag(words);
  words.erase(flag.begin, flag.end);
  return words;
}

}  // namespace nmt
