#include "nmt/commands/plugin_arguments.h"

#include <algorithm>
#include <filesystem>

#include "nmt/options/yaml_reader.h"

namespace nmt {
namespace fs = std::filesystem;

namespace {

bool is_yaml(const std::string& word) {
  return (word.ends_with(".yaml") || word.ends_with(".yml")) && fs::is_regular_file(word);
}

// Recipe or run folder among words that are not parsed yet, because plug-ins add flags.
std::string find_recipe(const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (word.starts_with("-")) continue;
    if (is_yaml(word)) return word;
    if (fs::is_regular_file(word + "/config.yaml")) return word + "/config.yaml";
  }
  return "";
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
  const std::string recipe = find_recipe(words);
  if (recipe.empty()) return {};
  for (const YamlEntry& entry : parse_yaml(read_yaml_file(recipe), recipe))
    if (entry.key == "plugins") return entry.elements;
  return {};
}

std::vector<std::string> without_plugins(std::vector<std::string> words) {
  const PluginFlag flag = find_flag(words);
  words.erase(flag.begin, flag.end);
  return words;
}

}  // namespace nmt
