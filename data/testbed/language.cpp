#include "data/testbed/language.h"

#include <algorithm>

namespace nmt::testbed {
namespace {

bool ends_with(const std::string& word, const std::string& ending) {
  return word.size() >= ending.size() &&
         word.compare(word.size() - ending.size(), ending.size(), ending) == 0;
}

std::vector<SuffixRule> read_rules(const GrammarNode& parent, const std::string& key,
                                   size_t parts) {
  std::vector<SuffixRule> rules;
  if (!parent.has(key)) return rules;
  for (const GrammarNode& item : parent.at(key).items()) {
    std::vector<std::string> texts = item.as_texts();
    if (texts.size() != parts + 1)
      item.fail(text("a rule of '", key, "' is an ending and ", parts, " replacement(s), here are ",
                     texts.size(), " texts"));
    rules.push_back({texts[0], {texts.begin() + 1, texts.end()}});
  }
  return rules;
}

std::map<std::string, std::string> read_texts(const GrammarNode& parent, const std::string& key) {
  std::map<std::string, std::string> texts;
  if (!parent.has(key)) return texts;
  for (const auto& [name, value] : parent.at(key).entries()) texts[name] = value.as_text();
  return texts;
}

std::string optional_text(const GrammarNode& node, const std::string& key) {
  return node.has(key) ? node.at(key).as_text() : "";
}

/// Removes a leading `mark` and says whether it was there.
bool take_mark(std::string& word, char mark) {
  const bool marked = !word.empty() && word[0] == mark;
  if (marked) word.erase(0, 1);
  return marked;
}

const SuffixRule* find_rule(const std::vector<SuffixRule>& rules, const std::string& word) {
  for (const SuffixRule& rule : rules)
    if (ends_with(word, rule.ending)) return &rule;
  return nullptr;
}

std::string number_suffix(const Agreement& agreement) {
  return std::string(agreement.person == 1 ? "1" : "") +
         (agreement.number == Number::kPlural ? "pl" : "sg");
}

}  // namespace

Paradigm::Paradigm(const GrammarNode& node, size_t cases,
                   const std::vector<std::string>& other_keys) {
  static const std::vector<std::string> kRows = {"m", "f", "n", "sg", "pl", "pl.m", "pl.f", "any"};
  for (const auto& [row, value] : node.entries()) {
    if (std::find(other_keys.begin(), other_keys.end(), row) != other_keys.end()) continue;
    if (std::find(kRows.begin(), kRows.end(), row) == kRows.end())
      value.fail("unknown row '" + row + "'", "Rows are m, f, n, sg, pl, pl.m, pl.f and any.");
    std::vector<std::string> forms = value.as_texts();
    if (forms.size() != 1 && forms.size() != cases)
      value.fail(text("expected 1 form or one per case (", cases, "), here are ", forms.size()));
    set(row, std::move(forms));
  }
}

void Paradigm::set(const std::string& row, std::vector<std::string> forms) {
  rows_[row] = std::move(forms);
}

const std::vector<std::string>* Paradigm::find(const Agreement& agreement) const {
  const std::string gender(1, agreement.gender);
  const bool plural = agreement.number == Number::kPlural;
  for (const std::string& row :
       {plural ? "pl." + gender : gender, std::string(plural ? "pl" : "sg"), std::string("any")}) {
    const auto found = rows_.find(row);
    if (found != rows_.end()) return &found->second;
  }
  return nullptr;
}

const std::string& Paradigm::form(const Agreement& agreement, size_t case_index) const {
  static const std::string kNone;
  const std::vector<std::string>* row = find(agreement);
  if (row == nullptr) return kNone;
  return row->size() == 1 ? row->front() : row->at(case_index);
}

Language::Language(const std::string& folder, const std::string& language_code)
    : code(language_code) {
  const GrammarNode root = GrammarNode::load(folder + "/" + code + ".yaml");
  root.allow_keys({"name",
                   "cases",
                   "thing_gender",
                   "genders",
                   "rest_follows_verb",
                   "adjectives_precede",
                   "conjunction",
                   "vowels",
                   "perfect_auxiliary",
                   "agreeing_auxiliary",
                   "determiners",
                   "owner_determiners",
                   "pronouns",
                   "adjective_endings",
                   "auxiliaries",
                   "contractions",
                   "elisions",
                   "plural_rules",
                   "feminine_rules",
                   "dative_plural_rules",
                   "verb_parts",
                   "verb_rules"});
  name = root.at("name").as_text();
  cases = root.at("cases").as_texts();
  const std::string gender = optional_text(root, "thing_gender");
  if (!gender.empty()) thing_gender = gender[0];
  genders = root.at("genders").as_text();
  rest_follows_verb = optional_text(root, "rest_follows_verb") != "false";
  adjectives_precede = optional_text(root, "adjectives_precede") == "true";
  conjunction = root.at("conjunction").as_text();
  vowels = optional_text(root, "vowels");
  perfect_auxiliary = optional_text(root, "perfect_auxiliary");
  agreeing_auxiliary = optional_text(root, "agreeing_auxiliary");
  for (const auto& [key, node] : root.at("determiners").entries()) {
    Determiner& determiner = determiners[key];
    determiner.forms =
        Paradigm(node, cases.size(), {"declension", "declension_plural", "before_adjective"});
    determiner.declension = optional_text(node, "declension");
    determiner.declension_plural = node.has("declension_plural")
                                       ? node.at("declension_plural").as_text()
                                       : determiner.declension;
    if (node.has("before_adjective"))
      determiner.before_adjective = Paradigm(node.at("before_adjective"), cases.size());
  }
  for (const auto& [person, node] : root.at("pronouns").entries())
    pronouns[person] = Paradigm(node, cases.size());
  for (const std::string person : {"1", "3"})
    if (pronouns.count(person) == 0) root.at("pronouns").fail("person " + person + " is missing");
  if (root.has("adjective_endings"))
    for (const auto& [declension, node] : root.at("adjective_endings").entries())
      adjective_endings[declension] = Paradigm(node, cases.size());
  contractions = read_texts(root, "contractions");
  elisions = read_texts(root, "elisions");
  owner_determiners_ = read_texts(root, "owner_determiners");
  plural_rules_ = read_rules(root, "plural_rules", 1);
  feminine_rules_ = read_rules(root, "feminine_rules", 1);
  dative_plural_rules_ = read_rules(root, "dative_plural_rules", 1);
  verb_parts_ = root.at("verb_parts").as_texts();
  verb_rules_ = read_rules(root, "verb_rules", verb_parts_.size() - 1);
  for (const auto& [key, node] : root.at("auxiliaries").entries()) {
    Verb& auxiliary = auxiliaries[key];
    for (const auto& [tense, forms] : node.entries()) {
      const std::vector<std::string> texts = forms.as_texts();
      if (texts.size() == 1) {
        auxiliary.forms[tense] = texts[0];
        continue;
      }
      if (texts.size() != 4) forms.fail("expected the forms for 1sg, 1pl, 3sg, 3pl");
      auxiliary.forms[tense + ".1sg"] = texts[0];
      auxiliary.forms[tense + ".1pl"] = texts[1];
      auxiliary.forms[tense + ".sg"] = texts[2];
      auxiliary.forms[tense + ".pl"] = texts[3];
    }
  }
}

std::string Language::determiner_of_owner(const Agreement& owner) const {
  const std::string suffix = owner.number == Number::kPlural ? "pl" : std::string(1, owner.gender);
  const std::string key = owner.person == 1 ? "1" + number_suffix(owner).substr(1) : "3" + suffix;
  const auto found = owner_determiners_.find(key);
  if (found == owner_determiners_.end())
    throw Error(FilePosition{code + ".yaml"}, "owner_determiners has no entry for " + key);
  return found->second;
}

size_t Language::case_index(const std::string& case_name) const {
  const auto found = std::find(cases.begin(), cases.end(), case_name);
  return found == cases.end() ? 0 : static_cast<size_t>(found - cases.begin());
}

bool Language::has_case(const std::string& case_name) const {
  return std::find(cases.begin(), cases.end(), case_name) != cases.end();
}

std::string Language::inflect(const std::vector<SuffixRule>& rules, const std::string& base) const {
  const SuffixRule* rule = find_rule(rules, base);
  if (rule == nullptr) return base;
  return base.substr(0, base.size() - rule->ending.size()) + rule->parts[0];
}

Noun Language::noun(const GrammarNode& node) const {
  Noun noun;
  std::string entry = node.as_text();
  if (thing_gender != 0 && !(entry.size() > 1 && entry[1] == ' ')) {
    noun.gender = thing_gender;
  } else {
    if (entry.size() < 3 || entry[1] != ' ' ||
        std::string("mfn").find(entry[0]) == std::string::npos)
      node.fail("a noun of " + name + " is written 'GENDER singular[/plural[/accusative]]', not '" +
                entry + "'");
    noun.gender = entry[0];
    entry.erase(0, 2);
  }
  noun.flips = take_mark(entry, '*');
  const std::vector<std::string> parts = split(entry, '/');
  noun.base = parts[0];
  const std::string plural = parts.size() > 1 ? parts[1] : pluralise(parts[0]);
  noun.singular.assign(cases.size(), parts[0]);
  noun.plural.assign(cases.size(), plural);
  if (parts.size() > 2)  // a weak noun: der Kunde, den Kunden
    for (size_t i = 1; i < cases.size(); ++i) noun.singular[i] = parts[2];
  if (!dative_plural_rules_.empty() && has_case("dat"))
    noun.plural[case_index("dat")] = inflect(dative_plural_rules_, plural);
  return noun;
}

Adjective Language::adjective(const GrammarNode& node) const {
  std::string entry = node.as_text();
  Adjective adjective;
  adjective.before_noun = take_mark(entry, '^') != adjectives_precede;
  adjective.flips = take_mark(entry, '*');
  const std::vector<std::string> parts = split(entry, '/');
  if (!adjective_endings.empty()) {
    adjective.predicative = parts[0];
    adjective.forms.set("any", {parts.size() > 1 ? parts[1] : parts[0]});
    return adjective;
  }
  const std::string& masculine = parts[0];
  const std::string feminine = parts.size() > 1 ? parts[1] : inflect(feminine_rules_, masculine);
  if (parts.size() > 2) adjective.before_vowel = parts[2];
  adjective.forms.set("m", {masculine});
  adjective.forms.set("n", {masculine});
  adjective.forms.set("f", {feminine});
  const bool inflects = !feminine_rules_.empty();
  adjective.forms.set("pl.m", {inflects ? pluralise(masculine) : masculine});
  adjective.forms.set("pl.n", {inflects ? pluralise(masculine) : masculine});
  adjective.forms.set("pl.f", {inflects ? pluralise(feminine) : feminine});
  return adjective;
}

Verb Language::verb(const GrammarNode& node) const {
  Verb verb;
  verb.auxiliary = perfect_auxiliary;
  std::string entry;
  if (node.is_scalar()) {
    entry = node.as_text();
  } else {
    node.allow_keys({"forms", "like", "aux", "rest", "reflexive", "case"});
    if (node.has("like")) {  // conjugated as an auxiliary, with a particle of its own
      const auto found = auxiliaries.find(node.at("like").as_text());
      if (found == auxiliaries.end())
        node.at("like").fail(name + " has no auxiliary '" + node.at("like").as_text() + "'");
      verb.forms = found->second.forms;
      verb.rest = optional_text(node, "rest");
      return verb;
    }
    entry = node.at("forms").as_text();
    if (node.has("aux")) verb.auxiliary = node.at("aux").as_text();
    verb.rest = optional_text(node, "rest");
    verb.reflexive = optional_text(node, "reflexive");
    verb.object_case = optional_text(node, "case");
    if (!verb.object_case.empty() && !has_case(verb.object_case))
      node.at("case").fail(name + " has no case '" + verb.object_case + "'");
  }
  std::vector<std::string> parts = split(entry, '/');
  if (parts.size() > verb_parts_.size())
    node.fail(text("a verb of ", name, " has at most ", verb_parts_.size(), " forms"));
  const size_t bar = parts[0].find('|');
  if (bar != std::string::npos) {
    verb.particle = parts[0].substr(0, bar);
    parts[0].erase(bar, 1);
  }
  if (parts.size() < verb_parts_.size()) {
    const SuffixRule* rule = find_rule(verb_rules_, parts[0]);
    if (rule == nullptr)
      node.fail("no verb rule of " + name + " makes the missing forms of '" + parts[0] + "'",
                "Write all forms, separated by '/'.");
    const std::string stem = parts[0].substr(0, parts[0].size() - rule->ending.size());
    for (size_t i = parts.size(); i < verb_parts_.size(); ++i)
      parts.push_back(stem + rule->parts[i - 1]);
  }
  for (size_t i = 0; i < parts.size(); ++i) verb.forms[verb_parts_[i]] = parts[i];
  return verb;
}

std::string Language::attributive(const Adjective& adjective, const Agreement& agreement,
                                  size_t case_index, const Determiner& determiner) const {
  const std::string stem = adjective.forms.form(agreement);
  if (adjective_endings.empty()) return stem;
  const std::string& declension =
      agreement.number == Number::kPlural ? determiner.declension_plural : determiner.declension;
  const auto endings = adjective_endings.find(declension);
  if (endings == adjective_endings.end())
    throw Error(FilePosition{code + ".yaml"}, "a determiner names the declension '" + declension +
                                                  "', which adjective_endings does not have");
  return stem + endings->second.form(agreement, case_index);
}

std::string Language::predicative(const Adjective& adjective, const Agreement& agreement) const {
  return adjective.predicative.empty() ? adjective.forms.form(agreement) : adjective.predicative;
}

std::string Language::conjugate(const Verb& verb, const std::string& tense,
                                const Agreement& subject) const {
  for (const std::string& key : {tense + "." + number_suffix(subject), tense}) {
    const auto found = verb.forms.find(key);
    if (found != verb.forms.end()) return found->second;
  }
  // A verb whose present plural is not listed has that of its infinitive (German).
  if (tense == "pres" && subject.number == Number::kPlural) return verb.forms.at("inf");
  return "";
}

std::string Language::agreeing_participle(const std::string& participle,
                                          const Agreement& object) const {
  if (feminine_rules_.empty()) return participle;
  const std::string form = object.gender == 'f' ? inflect(feminine_rules_, participle) : participle;
  return object.number == Number::kPlural ? pluralise(form) : form;
}

bool Language::starts_with_vowel(const std::string& word) const {
  // `vowels` holds letters; a letter of two bytes is compared as a whole.
  const size_t length = !word.empty() && (word[0] & 0x80) != 0 ? 2 : 1;
  return vowels.find(word.substr(0, length)) != std::string::npos && !word.empty();
}

}  // namespace nmt::testbed
