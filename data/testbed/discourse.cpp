#include "data/testbed/discourse.h"

#include <algorithm>
#include <optional>
#include <set>

namespace nmt::testbed {
namespace {

using Kind = SlotRule::Kind;

/// 64-bit FNV-1a, mixed.
uint64_t hash_text(const std::string& key) {
  uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash_key({hash});
}

const std::string& split_name(Split split) {
  static const std::string kNames[] = {"train", "valid", "test"};
  return kNames[static_cast<size_t>(split)];
}

/// Draws one chapter, sentence by sentence.
class Writer {
 public:
  Writer(const Grammar& grammar, Split split, std::string domain, uint64_t key)
      : grammar_(grammar), split_(split), random_(key) {
    document_.domain = std::move(domain);
    // Two people of different sex, so that "he" and "she" are never ambiguous.
    hero_ = pick(grammar.names);
    do {
      other_ = pick(grammar.names);
    } while (other_->gender == hero_->gender);
  }

  /// The people of another chapter in place of those drawn.
  void take_people(const Document& chapter) {
    hero_ = chapter.people[0];
    other_ = chapter.people[1];
  }

  Document write() {
    document_.people = {hero_, other_};
    std::vector<const DocumentPlan*> plans;
    for (const DocumentPlan& plan : grammar_.plans)
      if (plan.domain == document_.domain) plans.push_back(&plan);
    for (const std::string& step : pick(plans)->steps) {
      if (step.back() == '?' && chance(50)) continue;
      if (step.rfind("episode", 0) == 0) {
        episode();
      } else {
        add(step.rfind("opening", 0) == 0 ? Role::kOpening : Role::kGeneral);
      }
    }
    return std::move(document_);
  }

 private:
  template <class T>
  const T& pick(const std::vector<T>& values) {
    return values[random_.below(values.size())];
  }
  bool chance(size_t percent) { return random_.below(100) < percent; }

  /// A thing is introduced; after 0 to 2 sentences that name no other thing, a pronoun takes it up,
  /// sometimes twice.
  void episode() {
    const size_t start = document_.segments.size();
    add(Role::kIntro);
    const size_t fillers = random_.below(3);
    for (size_t i = 0; i < fillers; ++i) add(Role::kFiller);
    add(Role::kFollow);
    document_.segments.back().antecedent_distance = static_cast<int>(fillers) + 1;
    if (fillers < 2 && chance(40)) {
      add(Role::kFollow);
      document_.segments.back().antecedent_distance =
          static_cast<int>(document_.segments.size() - 1 - start);
    }
    topic_.reset();
  }

  /// Appends a sentence with `role` whose key belongs to this split and that the chapter does not
  /// have yet.
  void add(Role role) {
    std::vector<const SentenceTemplate*> candidates;
    for (const SentenceTemplate& sentence : grammar_.templates)
      if (sentence.role == role && sentence.fits(document_.domain) && serves_topic(sentence))
        candidates.insert(candidates.end(), sentence.weight, &sentence);
    if (candidates.empty())
      throw Error("the grammar has no sentence that takes up '" + topic_->word->id +
                      "' in the domain " + document_.domain,
                  "Add a sentence with role follow whose topic class includes it.");
    // The genders of a new topic are fixed before the attempts: held-out sentences are few, and
    // accepting whatever fits would favour some genders.
    topic_draw_ = random_.next();
    constexpr int kAttempts = 20000;
    for (int attempt = 0; attempt < kAttempts; ++attempt) {
      const SentenceTemplate& sentence = *pick(candidates);
      if (used_.count(sentence.id) != 0 && attempt < kAttempts / 2) continue;
      std::optional<Segment> segment = fill(sentence);
      if (!segment || split_of(segment_key(*segment)) != split_) continue;
      if (repeats(*segment) && attempt < kAttempts / 2) continue;
      used_.insert(sentence.id);
      remember(*segment);
      document_.segments.push_back(std::move(*segment));
      return;
    }
    throw Error("the grammar has too few different sentences for the split " + split_name(split_),
                "Add words or sentences.");
  }

  /// Whether the chapter has one of its verbs or predicative adjectives already.
  bool repeats(const Segment& segment) const {
    return std::any_of(segment.values.begin(), segment.values.end(),
                       [&](const auto& entry) { return words_.count(entry.second.word) != 0; });
  }

  bool serves_topic(const SentenceTemplate& sentence) const {
    if (sentence.role != Role::kFollow) return true;
    for (const auto& [slot, rule] : sentence.slots)
      if (rule.kind == Kind::kTopic)
        return std::find(rule.concepts.begin(), rule.concepts.end(), topic_->word) !=
               rule.concepts.end();
    return false;
  }

  /// Nothing when two slots drew the same word.
  std::optional<Segment> fill(const SentenceTemplate& sentence) {
    Segment segment{&sentence, {}, 0};
    std::set<const Concept*> words;
    for (const auto& [slot, rule] : sentence.slots) {
      const SlotValue value = draw(rule, sentence.role);
      if (value.word != nullptr && !words.insert(value.word).second) return std::nullopt;
      if (value.adjective != nullptr && !words.insert(value.adjective).second) return std::nullopt;
      segment.values[slot] = value;
    }
    return segment;
  }

  SlotValue draw(const SlotRule& rule, Role role) {
    SlotValue value;
    value.kind = rule.kind;
    switch (rule.kind) {
      case Kind::kHero:
        value.people = {hero_};
        break;
      case Kind::kOther:
        value.people = {other_};
        break;
      case Kind::kBoth:
        value.people = {hero_, other_};
        break;
      case Kind::kNarrator:
        value.number = chance(50) ? Number::kPlural : Number::kSingular;
        break;
      case Kind::kTopic:
        if (role == Role::kFollow) {
          value = *topic_;
          value.adjective = nullptr;
          value.determiner = "def";
          value.from_earlier = true;
          return value;
        }
        value.word = pick(rule.cells[topic_draw_ % rule.cells.size()]);
        break;
      default:
        value.word = pick(rule.concepts);
    }
    if (!value.people.empty()) value.pronoun = mentioned_ == value.people && chance(70);
    if (!rule.determiners.empty()) value.determiner = pick(rule.determiners);
    if (rule.number == "pl" || (rule.number == "any" && chance(50))) value.number = Number::kPlural;
    if (!rule.adjectives.empty() && chance(rule.adjective_percent))
      value.adjective = pick(rule.adjectives);
    return value;
  }

  /// Keeps the topic, and the people whom a pronoun in the next sentence may mean.
  void remember(const Segment& segment) {
    std::vector<std::vector<const Concept*>> groups;
    bool relative = false;
    for (const auto& [slot, value] : segment.values) {
      if (value.kind == Kind::kTopic) topic_ = value;
      if (value.kind == Kind::kVerb || value.kind == Kind::kAdjective) words_.insert(value.word);
      if (!value.people.empty()) groups.push_back(value.people);
      if (value.word != nullptr && value.word->in_class("person")) relative = true;
    }
    mentioned_.clear();
    if (groups.size() == 1 && !relative) mentioned_ = groups[0];
  }

  const Grammar& grammar_;
  const Split split_;
  RandomStream random_;
  Document document_;
  const Concept* hero_;
  const Concept* other_;
  std::optional<SlotValue> topic_;
  uint64_t topic_draw_ = 0;
  std::vector<const Concept*> mentioned_;
  std::set<std::string> used_;      // sentence ids
  std::set<const Concept*> words_;  // verbs and predicative adjectives
};

}  // namespace

std::string segment_key(const Segment& segment) {
  std::string key = segment.sentence->id;
  for (const auto& [slot, value] : segment.values) {
    if (value.from_earlier) continue;
    key += '|';
    if (value.word != nullptr) key += value.word->id;
    if (value.adjective != nullptr) key += '+' + value.adjective->id;
    if (value.pronoun) {
      key += "pronoun";
    } else {
      for (const Concept* person : value.people) key += '+' + person->id;
    }
  }
  return key;
}

Split split_of(const std::string& key) {
  const uint64_t bucket = hash_text(key) % 16;
  return bucket == 0 ? Split::kTest : bucket == 1 ? Split::kValid : Split::kTrain;
}

Document DocumentGenerator::generate(Split split, uint64_t number, uint64_t attempt) const {
  const std::string& domain = grammar_.domains[number % grammar_.domains.size()];
  const uint64_t key = hash_key({seed_, static_cast<uint64_t>(split), number, attempt});
  Document document = Writer(grammar_, split, domain, key).write();
  document.id = text(split_name(split), "-", domain, "-", number);
  return document;
}

Document DocumentGenerator::generate_chapter(const Document& first, Split split, uint64_t number,
                                             uint64_t chapter, uint64_t attempt) const {
  const uint64_t key = hash_key({seed_, static_cast<uint64_t>(split), number, attempt, chapter});
  Writer writer(grammar_, split, first.domain, key);
  writer.take_people(first);
  return writer.write();
}

}  // namespace nmt::testbed
