#include "data/languages.h"

#include <algorithm>

#include "nmt/support/error.h"

namespace nmt {

std::string to_string(const Direction& direction) {
  return direction.source + "-" + direction.target;
}

Direction parse_direction(const std::string& text) {
  const size_t dash = text.find('-');
  if (dash == std::string::npos || dash == 0 || dash + 1 == text.size() ||
      text.find('-', dash + 1) != std::string::npos)
    throw UsageError("'" + text + "' is not a direction", "Write SRC-TGT, for example en-de.");
  return {text.substr(0, dash), text.substr(dash + 1)};
}

void Languages::add(const Direction& direction) {
  add_languages(direction);
  if (this->direction(direction) < 0) directions_.push_back(direction);
}

void Languages::add_languages(const Direction& direction) {
  add_language(direction.source);
  add_language(direction.target);
}

void Languages::add_language(const std::string& name) {
  if (std::find(languages_.begin(), languages_.end(), name) == languages_.end())
    languages_.push_back(name);
}

int64_t Languages::language(const std::string& name) const {
  const auto found = std::find(languages_.begin(), languages_.end(), name);
  if (found != languages_.end()) return found - languages_.begin();
  std::string known;
  for (const std::string& language : languages_) known += (known.empty() ? "" : ", ") + language;
  throw UsageError("the run does not know language '" + name + "'",
                   "Its languages are: " + known + ".");
}

int64_t Languages::direction(const Direction& direction) const {
  const auto found = std::find(directions_.begin(), directions_.end(), direction);
  return found == directions_.end() ? -1 : found - directions_.begin();
}

}  // namespace nmt
