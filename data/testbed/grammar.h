#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "data/testbed/language.h"
#include "data/testbed/pattern.h"

// The whole grammar: languages, lexicon, sentence templates and document plans, all read from YAML
// files.

namespace nmt::testbed {

enum class ConceptKind { kNoun, kAdjective, kVerb, kPhrase, kName };

/// An entry of the lexicon. The vectors are indexed as Grammar::languages; only that of its kind is
/// filled.
struct Concept {
  std::string id;
  ConceptKind kind = ConceptKind::kNoun;
  std::vector<std::string> classes;
  std::string contrast;  // the noun with the same English word in the other domain
  std::vector<Noun> nouns;
  std::vector<Adjective> adjectives;
  std::vector<Verb> verbs;
  std::vector<std::string> phrases;
  char gender = 'n';  // of a person with this name
  bool in_class(const std::string& name) const;
};

/// What may fill a slot.
struct SlotRule {
  enum class Kind { kHero, kOther, kBoth, kNarrator, kTopic, kNoun, kAdjective, kVerb, kPhrase };
  Kind kind = Kind::kNoun;
  std::vector<const Concept*> concepts;  // candidates
  std::vector<std::vector<const Concept*>>
      cells;                               // kTopic: candidates by their genders in all languages
  std::vector<const Concept*> adjectives;  // an attributive adjective; empty = none
  size_t adjective_percent = 0;
  std::vector<std::string> determiners;
  std::string number = "sg";  // sg, pl or any
};

enum class Role { kOpening, kIntro, kFiller, kFollow, kGeneral };

struct SentenceTemplate {
  std::string id;
  Role role = Role::kGeneral;
  std::string domain;  // "" = every domain
  size_t weight = 1;
  std::vector<std::pair<std::string, SlotRule>> slots;
  std::vector<Pattern> patterns;  // one a language
  const SlotRule* find_slot(const std::string& name) const;
  bool fits(const std::string& document_domain) const {
    return domain.empty() || domain == document_domain;
  }
};

/// The steps of a document: opening, general, episode (an intro, fillers, then pronouns).
struct DocumentPlan {
  std::string domain;
  std::vector<std::string> steps;
};

class Grammar {
 public:
  /// Reads the grammar in `folder` for these language codes. Throws Error with file:line for any
  /// mistake: bad YAML, unknown keys, classes, slots, cases or operations, a word without a form in
  /// one of the languages, numbers out of range, names that are not of both genders.
  Grammar(const std::string& folder, const std::vector<std::string>& language_codes);
  Grammar(const Grammar&) = delete;
  Grammar& operator=(const Grammar&) = delete;

  std::vector<Language> languages;
  std::vector<std::unique_ptr<Concept>> concepts;
  std::vector<const Concept*> names;
  std::vector<SentenceTemplate> templates;
  std::vector<DocumentPlan> plans;
  std::vector<std::string> domains;

  const Concept* find(const std::string& id) const;
  /// Index of a language; throws UsageError naming the known ones.
  size_t language_index(const std::string& code) const;
  std::vector<const Concept*> in_class(ConceptKind kind, const std::string& class_name) const;

 private:
  void read_lexicon(const GrammarNode& root);
  void read_names(const GrammarNode& node);
  void read_concept(const GrammarNode& node, ConceptKind kind);
  void read_template(const GrammarNode& node);
  SlotRule read_slot(const GrammarNode& node) const;
  void read_plans(const GrammarNode& root);
  void check_pattern(const SentenceTemplate& sentence, size_t language,
                     const GrammarNode& node) const;
  std::map<std::string, const Concept*> by_id_;
};

/// Codes of the languages for which `folder` has a file.
std::vector<std::string> available_languages(const std::string& folder);

/// The grammar that comes with the program: share/nmt/testbed/grammar beside this library in a
/// build folder, above it in an installation.
std::string default_grammar_folder();

}  // namespace nmt::testbed
