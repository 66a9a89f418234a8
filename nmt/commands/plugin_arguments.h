#pragma once

#include <string>
#include <vector>

namespace nmt {

/// The plug-ins of a command: what --plugins names, or else all recipes (.yaml files) and run
/// folders among its words, each once. Where there is a recipe, --run is what it trains, and does
/// not count. Found before the words are parsed, because plug-ins add options and commands.
std::vector<std::string> find_plugins(const std::vector<std::string>& words);

/// `words` without --plugins and its values.
std::vector<std::string> without_plugins(std::vector<std::string> words);

}  // namespace nmt
