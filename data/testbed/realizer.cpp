#include "data/testbed/realizer.h"

#include <algorithm>

#include "data/testbed/tokens.h"

namespace nmt::testbed {
namespace {

using Kind = SlotRule::Kind;

/// A question "what if": the noun in `slot` had this gender.
struct Counterfactual {
  std::string slot;
  char gender = 0;
};

struct MarkedPart {
  std::string name;
  std::string detail;
  std::vector<std::string> wrong;
};

class Realizer {
 public:
  Realizer(const Grammar& grammar, const SlotValues& values, size_t language,
           Counterfactual counterfactual)
      : grammar_(grammar),
        values_(values),
        index_(language),
        language_(grammar.languages[language]),
        counterfactual_(std::move(counterfactual)) {}

  std::vector<Token> tokens(const Pattern& pattern) {
    sequence(pattern);
    return join_sounds(language_, std::move(tokens_));
  }

  const std::vector<MarkedPart>& parts() const { return parts_; }

 private:
  void sequence(const Pattern& pattern) {
    for (const PatternElement& element : pattern) {
      if (!element.space_before) glue_ = true;
      if (element.kind == PatternElement::Kind::kLiteral) {
        emit({element.text});
      } else if (element.kind == PatternElement::Kind::kExpression) {
        expression(element.expression);
      } else {
        MarkedPart part{element.text, "", {}};
        if (!element.wrong.empty())
          part.wrong.push_back(plain_text(
              Realizer(grammar_, values_, index_, counterfactual_).tokens(element.wrong)));
        with_mark(std::move(part), [&] { sequence(element.inner); });
      }
    }
  }

  static std::string plain_text(std::vector<Token> tokens) {
    for (Token& token : tokens) token.marks = 1;
    return marked_text(tokens, 0);
  }

  /// Adds a word. The first one after an element written without a space is glued to what precedes.
  void emit(Token token) {
    if (token.text.empty()) return;
    if (glue_) token.space_before = false;
    glue_ = false;
    token.marks |= marks_;
    tokens_.push_back(std::move(token));
  }

  void emit_words(const std::string& words) {
    if (words.empty()) return;
    for (const std::string& word : split(words, ' ')) emit({word});
  }

  template <class Body>
  void with_mark(MarkedPart part, Body body) {
    const uint32_t before = marks_;
    marks_ |= 1U << parts_.size();
    parts_.push_back(std::move(part));
    body();
    marks_ = before;
  }

  const SlotValue& value(const std::string& slot) const { return values_.at(slot); }

  Agreement agreement(const std::string& slot) const {
    const SlotValue& filler = value(slot);
    Agreement result;
    result.number = filler.number;
    if (filler.kind == Kind::kNarrator) {
      result.person = 1;
    } else if (!filler.people.empty()) {
      result.gender = 'f';  // masculine as soon as one person is
      for (const Concept* person : filler.people)
        if (person->gender == 'm') result.gender = 'm';
      if (filler.people.size() > 1) result.number = Number::kPlural;
    } else {
      result.gender = filler.word->nouns[index_].gender;
    }
    if (counterfactual_.slot == slot) result.gender = counterfactual_.gender;
    return result;
  }

  /// What the expression agrees with: its target, with the other number (flip) or as one of several
  /// (plural).
  Agreement target_agreement(const Expression& e) const {
    Agreement result;
    if (!e.target.empty()) result = agreement(e.target);
    if (e.has("plural")) result.number = Number::kPlural;
    if (e.has("flip"))
      result.number = result.number == Number::kSingular ? Number::kPlural : Number::kSingular;
    return result;
  }

  size_t case_of(const Expression& expression) const {
    if (expression.has("object")) {
      const auto verb = values_.find("v");
      const bool governs = verb != values_.end() && verb->second.kind == Kind::kVerb;
      const std::string name = governs ? verb->second.word->verbs[index_].object_case : "";
      return language_.case_index(name.empty() ? "acc" : name);
    }
    for (const std::string& operation : expression.operations)
      if (language_.has_case(operation)) return language_.case_index(operation);
    return 0;
  }

  void expression(const Expression& e) {
    // Words that agree with a topic of an earlier sentence are what a sentence model cannot know.
    const std::string& source = e.target.empty() ? e.name : e.target;
    const auto filler = values_.find(source);
    if (filler != values_.end() && filler->second.from_earlier) {
      with_mark({"pronoun", source, {}}, [&] { words(e); });
    } else {
      words(e);
    }
  }

  void words(const Expression& e) {
    if (e.name[0] == '~') {
      emit({language_.agreeing_participle(e.name.substr(1), agreement(e.target))});
      return;
    }
    const auto filler = values_.find(e.name);
    if (filler == values_.end()) {
      auxiliary(language_.auxiliaries.at(e.name), e, 0);
      return;
    }
    switch (filler->second.kind) {
      case Kind::kVerb:
        verb(*filler->second.word, e);
        break;
      case Kind::kPhrase:
        emit_words(filler->second.word->phrases[index_]);
        break;
      case Kind::kAdjective: {
        const Adjective& adjective = filler->second.word->adjectives[index_];
        Token token{language_.predicative(adjective, agreement(e.target))};
        token.flips = adjective.flips;
        emit(std::move(token));
        break;
      }
      case Kind::kTopic:
      case Kind::kNoun:
        e.has("pron") ? pronoun(e) : noun_phrase(filler->second, e);
        break;
      default:
        people(filler->second, e);
    }
  }

  /// `first` is the index of the operation that names the tense.
  void auxiliary(const Verb& verb, const Expression& e, size_t first) {
    const std::string tense = e.operations.size() > first ? e.operations[first] : "pres";
    emit_words(language_.conjugate(verb, tense, target_agreement(e)));
  }

  void verb(const Concept& word, const Expression& e) {
    const Verb& verb = word.verbs[index_];
    const bool idiom = word.in_class("multi_word") && !e.has("aux");
    if (idiom && idiom_mark_ == 0) {
      idiom_mark_ = 1U << parts_.size();
      parts_.push_back({"idiom", word.id, {}});
    }
    const uint32_t before = marks_;
    if (idiom) marks_ |= idiom_mark_;
    verb_form(verb, e);
    marks_ = before;
  }

  void verb_form(const Verb& verb, const Expression& e) {
    const std::string operation = e.operations.empty() ? "inf" : e.operations[0];
    const bool own_reflexive = language_.rest_follows_verb && !verb.reflexive.empty();
    if (operation == "rest") return emit_words(verb.rest);
    if (operation == "particle") return emit_words(verb.particle);
    if (operation == "refl") return emit_words(verb.reflexive);
    if (operation == "aux") {
      if (own_reflexive) emit_words(verb.reflexive);
      return auxiliary(language_.auxiliaries.at(verb.auxiliary), e, 1);
    }
    const Agreement subject = target_agreement(e);
    const bool finite = operation == "pres" || operation == "past";
    if (own_reflexive && (finite || operation == "inf")) emit_words(verb.reflexive);
    if (operation == "pp") {
      const bool agrees = !e.target.empty() && verb.auxiliary == language_.agreeing_auxiliary;
      const std::string participle = language_.conjugate(verb, "pp", subject);
      emit_words(agrees ? language_.agreeing_participle(participle, subject) : participle);
    } else if (operation == "part") {
      emit_words(language_.agreeing_participle(language_.conjugate(verb, "pp", subject), subject));
    } else {
      emit_words(language_.conjugate(verb, operation, subject));
    }
    if (language_.rest_follows_verb) emit_words(verb.rest);
  }

  void pronoun(const Expression& e) {
    const Agreement who = agreement(e.name);
    emit_words(language_.pronouns.at(who.person == 1 ? "1" : "3").form(who, case_of(e)));
  }

  void people(const SlotValue& filler, const Expression& e) {
    if (filler.people.empty() || e.has("pron") || (filler.pronoun && !e.has("full")))
      return pronoun(e);
    for (size_t i = 0; i < filler.people.size(); ++i) {
      if (i > 0) emit({language_.conjunction});
      emit({filler.people[i]->id});
    }
  }

  std::string determiner_name(const SlotValue& filler, const Expression& e) const {
    if (e.has("poss")) return language_.determiner_of_owner(agreement(e.target));
    for (const std::string& operation : e.operations)
      if (language_.determiners.count(operation) != 0) return operation;
    return filler.determiner;
  }

  void noun_phrase(const SlotValue& filler, const Expression& e) {
    const Noun& noun = filler.word->nouns[index_];
    const Agreement features = agreement(e.name);
    const size_t case_index = case_of(e);
    const Adjective* adjective =
        filler.adjective == nullptr ? nullptr : &filler.adjective->adjectives[index_];
    const Determiner& determiner = language_.determiners.at(determiner_name(filler, e));
    if (!e.has("noun")) {
      const bool special = adjective != nullptr && adjective->before_noun &&
                           determiner.before_adjective.covers(features);
      const std::string words =
          (special ? determiner.before_adjective : determiner.forms).form(features, case_index);
      if (!words.empty())
        for (const std::string& word : split(words, ' ')) emit({.text = word, .determiner = true});
    }
    const auto& forms = features.number == Number::kPlural ? noun.plural : noun.singular;
    if (adjective == nullptr || e.has("noun"))
      return head(*filler.word, noun, forms[case_index], features.number, case_index);

    Token modifier{language_.attributive(*adjective, features, case_index, determiner)};
    modifier.flips = adjective->flips;
    if (adjective->before_noun && features.number == Number::kSingular && features.gender == 'm')
      modifier.before_vowel = adjective->before_vowel;
    const std::string wrong = adjective->before_noun ? forms[case_index] + " " + modifier.text
                                                     : modifier.text + " " + forms[case_index];
    with_mark({"adjective_order", adjective->before_noun ? "before" : "after", {wrong}}, [&] {
      if (adjective->before_noun) emit(modifier);
      head(*filler.word, noun, forms[case_index], features.number, case_index);
      if (!adjective->before_noun) emit(modifier);
    });
  }

  /// The noun itself, marked when the same English word has another translation in the other
  /// domain.
  void head(const Concept& word, const Noun& noun, const std::string& form, Number number,
            size_t case_index) {
    const auto emit_noun = [&] {
      bool first = true;
      for (const std::string& part : split(form, ' ')) {
        emit({.text = part, .flips = first && noun.flips});
        first = false;
      }
    };
    const Concept* other = word.contrast.empty() ? nullptr : grammar_.find(word.contrast);
    if (other == nullptr) return emit_noun();
    const Noun& other_noun = other->nouns[index_];
    const std::string& wrong =
        (number == Number::kPlural ? other_noun.plural : other_noun.singular)[case_index];
    if (wrong == form) return emit_noun();
    with_mark({"domain_word", word.id, {wrong}}, emit_noun);
  }

  const Grammar& grammar_;
  const SlotValues& values_;
  const size_t index_;
  const Language& language_;
  const Counterfactual counterfactual_;
  std::vector<Token> tokens_;
  std::vector<MarkedPart> parts_;
  uint32_t marks_ = 0;
  uint32_t idiom_mark_ = 0;
  bool glue_ = false;
};

/// The first part whose words depend on the antecedent's gender, with what they would be for the
/// other genders.
void add_pronoun(const Grammar& grammar, const Pattern& pattern, const SlotValues& values,
                 size_t language, const std::vector<Token>& tokens,
                 const std::vector<MarkedPart>& parts, std::vector<Phenomenon>& phenomena) {
  if (grammar.languages[language].thing_gender != 0) return;
  for (size_t mark = 0; mark < parts.size(); ++mark) {
    if (parts[mark].name != "pronoun") continue;
    Phenomenon found{"pronoun", "", marked_text(tokens, mark), {}};
    const char own = values.at(parts[mark].detail).word->nouns[language].gender;
    for (const char gender : grammar.languages[language].genders) {
      if (gender == own) continue;
      Realizer other(grammar, values, language, {parts[mark].detail, gender});
      const std::string words = marked_text(other.tokens(pattern), mark);
      if (words != found.correct && !words.empty()) found.wrong.push_back(words);
    }
    if (found.wrong.empty() || found.correct.empty()) continue;
    phenomena.push_back(std::move(found));
    return;
  }
}

}  // namespace

Rendering render(const Grammar& grammar, const SentenceTemplate& sentence, const SlotValues& values,
                 size_t language) {
  const Pattern& pattern = sentence.patterns[language];
  Realizer realizer(grammar, values, language, {});
  const std::vector<Token> tokens = realizer.tokens(pattern);
  Rendering result{sentence_text(tokens), {}};
  const std::vector<MarkedPart>& parts = realizer.parts();
  for (size_t mark = 0; mark < parts.size(); ++mark) {
    if (parts[mark].name == "pronoun") continue;
    const std::string correct = marked_text(tokens, mark);
    if (correct.empty()) continue;
    result.phenomena.push_back({parts[mark].name, parts[mark].detail, correct, parts[mark].wrong});
  }
  add_pronoun(grammar, pattern, values, language, tokens, parts, result.phenomena);
  return result;
}

}  // namespace nmt::testbed
