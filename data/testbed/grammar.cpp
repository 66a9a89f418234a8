#include "data/testbed/grammar.h"

#include <dlfcn.h>

#include <algorithm>
#include <filesystem>
#include <set>

namespace nmt::testbed {
namespace fs = std::filesystem;

namespace {

const std::map<std::string, ConceptKind> kSections = {{"nouns", ConceptKind::kNoun},
                                                      {"adjectives", ConceptKind::kAdjective},
                                                      {"verbs", ConceptKind::kVerb},
                                                      {"phrases", ConceptKind::kPhrase}};

const std::map<std::string, Role> kRoles = {{"opening", Role::kOpening},
                                            {"intro", Role::kIntro},
                                            {"filler", Role::kFiller},
                                            {"follow", Role::kFollow},
                                            {"general", Role::kGeneral}};

template <class Map>
std::string key_list(const Map& map) {
  std::string list;
  for (const auto& entry : map) list += (list.empty() ? "" : ", ") + entry.first;
  return list;
}

bool contains(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// Groups topic nouns by the tuple of their genders, so that drawing a group first and then a noun
/// makes every language's gender uniform and independent of the others'.
std::vector<std::vector<const Concept*>> gender_cells(const std::vector<const Concept*>& nouns) {
  std::map<std::string, std::vector<const Concept*>> cells;
  for (const Concept* noun : nouns) {
    std::string genders;
    for (const Noun& word : noun->nouns) genders += word.gender;
    cells[genders].push_back(noun);
  }
  std::vector<std::vector<const Concept*>> found;
  found.reserve(cells.size());
  for (auto& [genders, members] : cells) found.push_back(std::move(members));
  return found;
}

}  // namespace

bool Concept::in_class(const std::string& name) const {
  return contains(classes, name);
}

const SlotRule* SentenceTemplate::find_slot(const std::string& name) const {
  for (const auto& [slot, rule] : slots)
    if (slot == name) return &rule;
  return nullptr;
}

Grammar::Grammar(const std::string& folder, const std::vector<std::string>& language_codes) {
  const std::vector<std::string> available = available_languages(folder);
  for (const std::string& code : language_codes) {
    if (!contains(available, code)) {
      std::string list;
      for (const std::string& known : available) list += " " + known;
      throw UsageError("the grammar has no language '" + code + "'", "Known:" + list + ".");
    }
    languages.emplace_back(folder, code);
  }
  for (const std::string file : {"nouns", "words"})
    read_lexicon(GrammarNode::load(text(folder, "/lexicon/", file, ".yaml")));
  if (names.empty())
    throw Error(FilePosition{folder + "/lexicon/words.yaml"}, "there are no names of people",
                "Add the section names: {Anna: f, Paul: m}.");
  for (const auto& entry : concepts)
    if (!entry->contrast.empty() && find(entry->contrast) == nullptr)
      throw Error(
          FilePosition{folder + "/lexicon/nouns.yaml"},
          "'" + entry->id + "' contrasts with '" + entry->contrast + "', which is not there");
  for (const std::string file : {"home", "tech", "shared"})
    for (const GrammarNode& node :
         GrammarNode::load(text(folder, "/sentences/", file, ".yaml")).items())
      read_template(node);
  read_plans(GrammarNode::load(folder + "/documents.yaml"));
}

const Concept* Grammar::find(const std::string& id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : found->second;
}

size_t Grammar::language_index(const std::string& code) const {
  std::string known;
  for (size_t i = 0; i < languages.size(); ++i) {
    if (languages[i].code == code) return i;
    known += " " + languages[i].code;
  }
  throw UsageError("language '" + code + "' is not among the generated ones",
                   "Chosen with --languages:" + known + ".");
}

std::vector<const Concept*> Grammar::in_class(ConceptKind kind,
                                              const std::string& class_name) const {
  std::vector<const Concept*> found;
  for (const auto& entry : concepts)
    if (entry->kind == kind && entry->in_class(class_name)) found.push_back(entry.get());
  return found;
}

void Grammar::read_lexicon(const GrammarNode& root) {
  for (const auto& [section, node] : root.entries()) {
    if (section == "names") {
      read_names(node);
      continue;
    }
    const auto kind = kSections.find(section);
    if (kind == kSections.end())
      node.fail("unknown section '" + section + "'",
                "Sections are " + key_list(kSections) + ", names.");
    for (const GrammarNode& item : node.items()) read_concept(item, kind->second);
  }
}

void Grammar::read_names(const GrammarNode& node) {
  std::set<std::string> genders;
  for (const auto& [name, gender] : node.entries()) {
    if (!contains({"f", "m"}, gender.as_text())) gender.fail("the gender of a name is f or m");
    auto entry = std::make_unique<Concept>();
    entry->id = name;
    entry->kind = ConceptKind::kName;
    entry->gender = gender.as_text()[0];
    genders.insert(gender.as_text());
    names.push_back(entry.get());
    concepts.push_back(std::move(entry));
  }
  if (genders.size() < 2)
    node.fail("a document is about a woman and a man, but there are no names of both");
}

void Grammar::read_concept(const GrammarNode& node, ConceptKind kind) {
  auto entry = std::make_unique<Concept>();
  entry->kind = kind;
  entry->classes = node.at("class").as_texts();
  if (node.has("contrast")) entry->contrast = node.at("contrast").as_text();
  entry->id = node.at("id").as_text();
  if (by_id_.count(entry->id) != 0) node.fail("the id '" + entry->id + "' is taken already");
  for (const Language& language : languages) {
    if (!node.has(language.code))
      node.fail("'" + entry->id + "' has no word for the language '" + language.code + "'");
    const GrammarNode word = node.at(language.code);
    switch (kind) {
      case ConceptKind::kNoun:
        entry->nouns.push_back(language.noun(word));
        break;
      case ConceptKind::kAdjective:
        entry->adjectives.push_back(language.adjective(word));
        break;
      case ConceptKind::kVerb: {
        entry->verbs.push_back(language.verb(word));
        const std::string& auxiliary = entry->verbs.back().auxiliary;
        if (!auxiliary.empty() && language.auxiliaries.count(auxiliary) == 0)
          word.fail(language.name + " has no auxiliary '" + auxiliary + "'",
                    "Known: " + key_list(language.auxiliaries) + ".");
        break;
      }
      case ConceptKind::kPhrase:
        entry->phrases.push_back(word.as_text());
        break;
      case ConceptKind::kName:
        break;
    }
  }
  by_id_[entry->id] = entry.get();
  concepts.push_back(std::move(entry));
}

SlotRule Grammar::read_slot(const GrammarNode& node) const {
  using Kind = SlotRule::Kind;
  static const std::map<std::string, Kind> kPeople = {{"hero", Kind::kHero},
                                                      {"other", Kind::kOther},
                                                      {"both", Kind::kBoth},
                                                      {"narrator", Kind::kNarrator}};
  static const std::map<std::string, std::pair<Kind, ConceptKind>> kWords = {
      {"topic", {Kind::kTopic, ConceptKind::kNoun}},
      {"noun", {Kind::kNoun, ConceptKind::kNoun}},
      {"adjective", {Kind::kAdjective, ConceptKind::kAdjective}},
      {"verb", {Kind::kVerb, ConceptKind::kVerb}},
      {"phrase", {Kind::kPhrase, ConceptKind::kPhrase}}};
  SlotRule rule;
  if (node.is_scalar()) {
    const auto found = kPeople.find(node.as_text());
    if (found == kPeople.end())
      node.fail("unknown slot '" + node.as_text() + "'",
                "One of " + key_list(kPeople) + ", or a map such as {noun: food, det: def}.");
    rule.kind = found->second;
    return rule;
  }
  node.allow_keys(
      {"topic", "noun", "adjective", "verb", "phrase", "det", "number", "adj", "adj_percent"});
  for (const auto& [key, kinds] : kWords) {
    if (!node.has(key)) continue;
    rule.kind = kinds.first;
    for (const std::string& name : node.at(key).as_texts()) {
      const std::vector<const Concept*> members = in_class(kinds.second, name);
      if (members.empty())
        node.at(key).fail(text("the lexicon has no ", key, " of class '", name, "'"));
      rule.concepts.insert(rule.concepts.end(), members.begin(), members.end());
    }
  }
  if (rule.concepts.empty())
    node.fail("a slot names a topic, noun, adjective, verb or phrase class");
  if (rule.kind == Kind::kTopic) rule.cells = gender_cells(rule.concepts);
  rule.determiners = node.has("det") ? node.at("det").as_texts() : std::vector<std::string>{"def"};
  for (const std::string& determiner : rule.determiners)
    for (const Language& language : languages)
      if (language.determiners.count(determiner) == 0)
        node.at("det").fail(language.name + " has no determiner '" + determiner + "'",
                            "Known: " + key_list(language.determiners) + ".");
  if (node.has("number")) rule.number = node.at("number").as_text();
  if (!contains({"sg", "pl", "any"}, rule.number))
    node.at("number").fail("number is sg, pl or any");
  if (node.has("adj")) {
    for (const std::string& name : node.at("adj").as_texts()) {
      const auto members = in_class(ConceptKind::kAdjective, name);
      if (members.empty())
        node.at("adj").fail("the lexicon has no adjective of class '" + name + "'");
      rule.adjectives.insert(rule.adjectives.end(), members.begin(), members.end());
    }
    rule.adjective_percent = 60;
    if (node.has("adj_percent")) rule.adjective_percent = node.at("adj_percent").as_number(0, 100);
  }
  return rule;
}

void Grammar::read_template(const GrammarNode& node) {
  SentenceTemplate sentence;
  sentence.id = node.at("id").as_text();
  for (const SentenceTemplate& other : templates)
    if (other.id == sentence.id)
      node.fail("the sentence id '" + sentence.id + "' is taken already");
  const auto role = kRoles.find(node.at("role").as_text());
  if (role == kRoles.end())
    node.at("role").fail("unknown role", "Roles are " + key_list(kRoles) + ".");
  sentence.role = role->second;
  if (node.has("domain")) sentence.domain = node.at("domain").as_text();
  if (node.has("weight")) sentence.weight = node.at("weight").as_number(1, 1000);
  bool has_topic = false;
  for (const auto& [slot, rule] : node.at("slots").entries()) {
    sentence.slots.emplace_back(slot, read_slot(rule));
    has_topic |= sentence.slots.back().second.kind == SlotRule::Kind::kTopic;
  }
  if (sentence.role == Role::kIntro && !has_topic)
    node.at("slots").fail("a sentence with the role intro needs a topic");
  for (size_t i = 0; i < languages.size(); ++i) {
    const GrammarNode pattern = node.at(languages[i].code);
    sentence.patterns.push_back(parse_pattern(pattern));
    check_pattern(sentence, i, pattern);
  }
  templates.push_back(std::move(sentence));
}

void Grammar::check_pattern(const SentenceTemplate& sentence, size_t language,
                            const GrammarNode& node) const {
  static const std::set<std::string> kOperations = {
      "inf",  "pres", "past", "pp",   "part", "aux",  "rest",   "particle",
      "refl", "pron", "full", "poss", "noun", "flip", "plural", "object"};
  const Language& words = languages[language];
  std::set<std::string> used;
  for (const Expression& expression : expressions_of(sentence.patterns[language])) {
    const bool literal = expression.name[0] == '~';
    if (!literal && sentence.find_slot(expression.name) == nullptr &&
        words.auxiliaries.count(expression.name) == 0)
      node.fail("'" + expression.name +
                "' is neither a slot of this sentence nor an auxiliary of " + words.name);
    if (!expression.target.empty() && sentence.find_slot(expression.target) == nullptr)
      node.fail("'@" + expression.target + "' names no slot of this sentence");
    for (const std::string& operation : expression.operations)
      if (kOperations.count(operation) == 0 && !words.has_case(operation) &&
          words.determiners.count(operation) == 0)
        node.fail("unknown operation '" + operation + "' in {" + expression.name + "…}",
                  "It is a case or determiner of " + words.name + ", or an operation that " +
                      "README.md of the grammar lists.");
    used.insert(expression.name);
    used.insert(expression.target);
  }
  for (const auto& [slot, rule] : sentence.slots)
    if (used.count(slot) == 0)
      node.fail("the slot '" + slot + "' of this sentence is not used in " + words.name);
}

void Grammar::read_plans(const GrammarNode& root) {
  if (root.items().empty()) root.fail("there is no plan of a document");
  for (const GrammarNode& node : root.items()) {
    DocumentPlan plan{node.at("domain").as_text(), node.at("steps").as_texts()};
    if (plan.steps.empty()) node.at("steps").fail("a document has at least one step");
    for (const std::string& step : plan.steps)
      if (!contains({"opening", "general", "general?", "episode", "episode?"}, step))
        node.at("steps").fail("unknown step '" + step + "'",
                              "Steps are opening, general, episode; '?' makes one optional.");
    if (!contains(domains, plan.domain)) domains.push_back(plan.domain);
    for (const auto& role : kRoles) {
      const bool served = std::any_of(templates.begin(), templates.end(), [&](const auto& t) {
        return t.role == role.second && t.fits(plan.domain);
      });
      if (!served)
        node.fail(text("no sentence with the role '", role.first, "' fits '", plan.domain, "'"));
    }
    plans.push_back(std::move(plan));
  }
}

std::vector<std::string> available_languages(const std::string& folder) {
  std::vector<std::string> codes;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(folder, error))
    if (entry.path().extension() == ".yaml" && entry.path().stem() != "documents")
      codes.push_back(entry.path().stem().string());
  if (codes.empty())
    throw Error(FilePosition{folder}, "no grammar here",
                "Give the folder that holds the grammar with --grammar.");
  std::sort(codes.begin(), codes.end());
  return codes;
}

std::string default_grammar_folder() {
  Dl_info library{};
  ::dladdr(reinterpret_cast<const void*>(&default_grammar_folder), &library);
  const fs::path folder = fs::canonical(library.dli_fname).parent_path();
  const fs::path grammar = "share/nmt/testbed/grammar", beside = folder / grammar;
  return fs::exists(beside) ? beside : folder.parent_path() / grammar;
}

}  // namespace nmt::testbed
