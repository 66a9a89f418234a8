#include "data/testbed/grammar_file.h"

#include <algorithm>
#include <charconv>

namespace nmt::testbed {

GrammarNode::GrammarNode(std::string file, const YAML::Node& node)
    : file_(std::move(file)), node_(node) {}

GrammarNode GrammarNode::load(const std::string& file) {
  try {
    return GrammarNode(file, YAML::LoadFile(file));
  } catch (const YAML::BadFile&) {
    throw Error(FilePosition{file}, "cannot read this grammar file",
                "Give the folder that holds the grammar with --grammar.");
  } catch (const YAML::Exception& e) {
    throw Error(FilePosition{file, e.mark.line + 1}, "not valid YAML: " + e.msg);
  }
}

FilePosition GrammarNode::position() const {
  return {file_, node_.Mark().line + 1};
}

void GrammarNode::fail(const std::string& what, const std::string& remedy) const {
  throw Error(position(), what, remedy);
}

bool GrammarNode::has(const std::string& key) const {
  return node_.IsMap() && static_cast<bool>(node_[key]);
}

GrammarNode GrammarNode::at(const std::string& key) const {
  if (!node_.IsMap()) fail("expected a map with the key '" + key + "'");
  if (!node_[key]) fail("the key '" + key + "' is missing");
  return GrammarNode(file_, node_[key]);
}

std::string GrammarNode::as_text() const {
  if (!node_.IsScalar()) fail("expected a text");
  return node_.Scalar();
}

size_t GrammarNode::as_number(size_t least, size_t most) const {
  const std::string digits = as_text();
  const char* const end = digits.data() + digits.size();
  size_t number = 0;
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (error != std::errc{} || stop != end || number < least || number > most)
    fail(text("'", digits, "' is not a whole number from ", least, " to ", most));
  return number;
}

std::vector<std::string> GrammarNode::as_texts() const {
  if (node_.IsScalar()) return {node_.Scalar()};
  std::vector<std::string> texts;
  for (const GrammarNode& item : items()) texts.push_back(item.as_text());
  return texts;
}

std::vector<GrammarNode> GrammarNode::items() const {
  if (!node_.IsSequence()) fail("expected a list");
  std::vector<GrammarNode> found;
  for (const auto& item : node_) found.push_back(GrammarNode(file_, item));
  return found;
}

std::vector<std::pair<std::string, GrammarNode>> GrammarNode::entries() const {
  if (!node_.IsMap()) fail("expected a map");
  std::vector<std::pair<std::string, GrammarNode>> found;
  for (const auto& entry : node_)
    found.emplace_back(entry.first.as<std::string>(), GrammarNode(file_, entry.second));
  return found;
}

void GrammarNode::allow_keys(const std::vector<std::string>& known) const {
  for (const auto& [key, value] : entries()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    std::string list;
    for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
    value.fail("unknown key '" + key + "'", "Known here: " + list + ".");
  }
}

std::vector<std::string> split(const std::string& value, char separator) {
  std::vector<std::string> parts;
  size_t start = 0;
  for (size_t at = value.find(separator); at != std::string::npos;
       start = at + 1, at = value.find(separator, start))
    parts.push_back(value.substr(start, at - start));
  parts.push_back(value.substr(start));
  return parts;
}

}  // namespace nmt::testbed
