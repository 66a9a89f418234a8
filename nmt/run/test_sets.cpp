#include "nmt/run/test_sets.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

#include "data/parallel_text.h"
#include "nmt/support/error.h"
#include "nmt/support/joined.h"

namespace nmt {
namespace {

struct NamedSet {
  std::string name, text;
};

std::string set_name(const CorpusSpec& spec) {
  std::string stem =
      std::filesystem::path(spec.text.substr(0, spec.text.rfind(':'))).filename().string();
  stem = stem.substr(0, stem.find('{'));
  stem = stem.substr(0, stem.find(','));
  while (stem.ends_with('.')) stem.pop_back();
  return stem + "." + spec.source_language + "-" + spec.target_language;
}

std::vector<NamedSet> named_sets(const Recipe& recipe) {
  if (recipe.data.test.empty())
    throw UsageError("the recipe names no test set",
                     "Set data.test, for example [\"data/test.{}:en-de\"].");
  std::vector<NamedSet> sets;
  for (const std::string& text : recipe.data.test) {
    const std::string name = set_name(CorpusSpec::parse(text, recipe.data.documents));
    for (const NamedSet& other : sets)
      if (name == other.name)
        throw UsageError(
            "data.test: " + other.text + " and " + text + " would both be called " + name,
            "Scores and translations are kept by that name: rename one of the files.");
    sets.push_back({name, text});
  }
  return sets;
}

bool is_named(const NamedSet& set, const std::string& wanted) {
  return set.name == wanted || set.name.starts_with(wanted + ".");
}

void require_all(const std::vector<std::string>& wanted, const std::vector<NamedSet>& sets) {
  std::vector<std::string> names;
  for (const NamedSet& set : sets) names.push_back(set.name);
  for (const std::string& name : wanted)
    if (std::ranges::none_of(sets, [&](const NamedSet& set) { return is_named(set, name); }))
      throw UsageError("there is no test set '" + name + "'",
                       "There are: " + joined(names, ", ") + ".");
}

TestSet read_set(const NamedSet& named, const Recipe& recipe) {
  const CorpusSpec spec = CorpusSpec::parse(named.text, recipe.data.documents);
  if (spec.is_store())
    throw UsageError(named.text + ": test sets are scored against raw text",
                     "Name the text itself: PATH:SRC-TGT.");
  TestSet set{.name = named.name, .direction = {spec.source_language, spec.target_language}};
  const std::unique_ptr<ParallelText> reader = open_parallel_text(spec, recipe.data.invalid_utf8);
  while (const std::optional<ParallelLine> pair = reader->next()) {
    if (pair->begins_document) set.documents.push_back({set.sources.size(), set.sources.size()});
    if (!pair->valid) continue;
    set.sources.emplace_back(pair->source);
    set.references.emplace_back(pair->target);
    if (!set.documents.empty()) set.documents.back().last = set.sources.size();
  }
  if (set.sources.empty())
    throw Error(FilePosition{named.text}, "the test set has no lines", "Is data.test right?");
  return set;
}

}  // namespace

std::vector<TestSet> read_test_sets(const Recipe& recipe, const std::vector<std::string>& names) {
  const std::vector<NamedSet> named = named_sets(recipe);
  require_all(names, named);
  std::vector<TestSet> sets;
  for (const NamedSet& set : named)
    if (names.empty() ||
        std::ranges::any_of(names, [&](const std::string& name) { return is_named(set, name); }))
      sets.push_back(read_set(set, recipe));
  return sets;
}

}  // namespace nmt
