#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/testbed/grammar_file.h"

// The morphology of one language, read from grammar/<code>.yaml: determiners, pronouns, endings,
// conjugation rules, contractions and elisions. The program knows features and tables; which
// languages there are is up to the files.

namespace nmt::testbed {

enum class Number { kSingular, kPlural };

/// What words agree with.
struct Agreement {
  char gender = 'm';  // m, f or n
  Number number = Number::kSingular;
  int person = 3;  // 1 or 3
};

/// A table of forms: rows are genders and numbers, columns are cases. Rows are looked up from the
/// particular to the general: "pl.f", "pl" (plural) or "f", "sg" (singular), then "any". A row of
/// one form holds for every case.
class Paradigm {
 public:
  Paradigm() = default;
  /// Takes the rows of `node`, except the keys in `other_keys`.
  Paradigm(const GrammarNode& node, size_t cases, const std::vector<std::string>& other_keys = {});
  void set(const std::string& row, std::vector<std::string> forms);
  bool empty() const { return rows_.empty(); }
  bool covers(const Agreement& agreement) const { return find(agreement) != nullptr; }
  /// "" when no row matches.
  const std::string& form(const Agreement& agreement, size_t case_index = 0) const;

 private:
  const std::vector<std::string>* find(const Agreement& agreement) const;
  std::map<std::string, std::vector<std::string>> rows_;
};

struct Determiner {
  Paradigm forms;
  Paradigm
      before_adjective;    // forms when an adjective follows (French des -> de); empty = the same
  std::string declension;  // of the adjective, singular and plural
  std::string declension_plural;
};

/// The first rule whose `ending` the word has replaces that ending by one ending per part.
struct SuffixRule {
  std::string ending;
  std::vector<std::string> parts;
};

struct Noun {
  std::string base;
  char gender = 'n';
  std::vector<std::string> singular, plural;  // one form per case
  bool flips = false;                         // sounds unlike its first letter (an hour, le hamac)
};

struct Adjective {
  Paradigm forms;            // without cases; German: the stem, to which endings are added
  std::string predicative;   // German: the uninflected form; else ""
  std::string before_vowel;  // nouvel, bel; "" = as usual
  bool before_noun = false;
  bool flips = false;
};

struct Verb {
  std::map<std::string, std::string> forms;  // by name: inf, pres.sg, past.1sg, pp …
  std::string auxiliary;
  std::string particle;     // separable prefix (auf|räumen)
  std::string rest;         // fixed further words of a multi-word verb (das Handtuch)
  std::string reflexive;    // se, sich; "" = none
  std::string object_case;  // case of its object, "" = the language's default
};

class Language {
 public:
  /// Reads `folder`/`code`.yaml.
  Language(const std::string& folder, const std::string& language_code);

  std::string code;
  std::string name;
  std::vector<std::string> cases;  // the first is that of subjects
  char thing_gender = 0;           // gender of all things (English n); 0 = each noun has its own
  std::string genders;             // those that things have here: "mf", "mfn"
  bool rest_follows_verb = true;   // false: patterns place {v.rest} themselves (German)
  bool adjectives_precede =
      false;                      // the usual place; a leading ^ in the lexicon means the other one
  std::string conjunction;        // "and"
  std::string vowels;             // letters before which words elide
  std::string perfect_auxiliary;  // of verbs that name no other (avoir, haben)
  std::string agreeing_auxiliary;  // with it the participle agrees with the subject (être)
  std::map<std::string, Determiner> determiners;
  std::map<std::string, Paradigm> pronouns;  // "1" and "3"
  std::map<std::string, Paradigm>
      adjective_endings;  // by declension; empty = adjectives have full forms
  std::map<std::string, Verb> auxiliaries;
  std::map<std::string, std::string>
      contractions;  // "de le" -> "du", only before a noun phrase's determiner
  std::map<std::string, std::string> elisions;  // "le" -> "l'" before a vowel
  std::string determiner_of_owner(const Agreement& owner) const;

  size_t case_index(const std::string& case_name) const;
  bool has_case(const std::string& case_name) const;

  /// Lexicon entries, written as grammar/README.md says. Throw Error at `node`.
  Noun noun(const GrammarNode& node) const;
  Adjective adjective(const GrammarNode& node) const;
  Verb verb(const GrammarNode& node) const;

  /// The attributive form after a determiner of this declension.
  std::string attributive(const Adjective& adjective, const Agreement& agreement, size_t case_index,
                          const Determiner& determiner) const;
  std::string predicative(const Adjective& adjective, const Agreement& agreement) const;
  /// A finite form or participle for `tense` ("pres", "past", "pp" …); "" when the verb has none.
  std::string conjugate(const Verb& verb, const std::string& tense, const Agreement& subject) const;
  /// A participle made to agree with `object`.
  std::string agreeing_participle(const std::string& participle, const Agreement& object) const;
  /// Whether the word begins with a vowel sound.
  bool starts_with_vowel(const std::string& word) const;

 private:
  std::string inflect(const std::vector<SuffixRule>& rules, const std::string& base) const;
  std::string pluralise(const std::string& base) const { return inflect(plural_rules_, base); }

  std::vector<SuffixRule> plural_rules_, feminine_rules_, dative_plural_rules_, verb_rules_;
  std::vector<std::string> verb_parts_;
  std::map<std::string, std::string> owner_determiners_;
};

}  // namespace nmt::testbed
