#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "data/testbed/realizer.h"
#include "nmt/support/atomic_file.h"

// Forms in each language, against tables written by hand.

namespace nmt::testbed {
namespace {

const Grammar& grammar() {
  static const Grammar kGrammar(default_grammar_folder(), {"en", "de", "fr", "es"});
  return kGrammar;
}

Pattern pattern_of(const std::string& text) {
  const std::string file = (std::filesystem::temp_directory_path() /
                            ("nmt_pattern_" + std::to_string(getpid()) + ".yaml"))
                               .string();
  write_file(file, "\"" + text + "\"\n");
  Pattern pattern = parse_pattern(GrammarNode::load(file));
  std::filesystem::remove(file);
  return pattern;
}

struct Fill {
  std::string noun;
  std::string adjective;
  Number number = Number::kSingular;
  std::string determiner = "def";
};

/// The pattern in `language` with the noun in slot x and, in slot who, a woman (Anna).
std::string realise(const std::string& language, const std::string& text, const Fill& fill) {
  SentenceTemplate sentence;
  sentence.patterns.assign(4, {});
  const size_t index = grammar().language_index(language);
  sentence.patterns[index] = pattern_of(text);
  SlotValue x;
  x.word = grammar().find(fill.noun);
  if (x.word == nullptr) throw Error("no noun " + fill.noun);
  if (!fill.adjective.empty()) x.adjective = grammar().find(fill.adjective);
  x.number = fill.number;
  x.determiner = fill.determiner;
  SlotValue who;
  who.kind = SlotRule::Kind::kHero;
  for (const Concept* name : grammar().names)
    if (name->id == "Anna") who.people = {name};
  return render(grammar(), sentence, {{"x", x}, {"who", who}}, index).text;
}

using Row = std::pair<Fill, std::string>;

void expect_rows(const std::string& language, const std::string& pattern,
                 const std::vector<Row>& rows) {
  for (const auto& [fill, expected] : rows)
    EXPECT_EQ(realise(language, pattern, fill), expected) << language << " " << pattern;
}

constexpr Number kPl = Number::kPlural;
constexpr Number kSg = Number::kSingular;

TEST(TestbedMorphology, GermanDeclensionOfMasculineNouns) {
  const Fill def{"mirror", "old", kSg, "def"}, indef{"mirror", "old", kSg, "indef"},
      bare{"cheese", "good", kSg, "bare"};
  expect_rows("de", "{x}",
              {{def, "Der alte Spiegel"}, {indef, "Ein alter Spiegel"}, {bare, "Guter Käse"}});
  expect_rows("de", "{x.acc}",
              {{def, "Den alten Spiegel"}, {indef, "Einen alten Spiegel"}, {bare, "Guten Käse"}});
  expect_rows("de", "{x.dat}",
              {{def, "Dem alten Spiegel"}, {indef, "Einem alten Spiegel"}, {bare, "Gutem Käse"}});
}

TEST(TestbedMorphology, GermanDeclensionOfFeminineAndNeuterNouns) {
  const Fill lamp{"lamp", "new", kSg, "def"}, a_lamp{"lamp", "new", kSg, "indef"},
      this_book{"book", "expensive", kSg, "this"}, a_book{"book", "expensive", kSg, "indef"};
  expect_rows("de", "{x}",
              {{lamp, "Die neue Lampe"},
               {a_lamp, "Eine neue Lampe"},
               {this_book, "Dieses teure Buch"},
               {a_book, "Ein teures Buch"}});
  expect_rows("de", "{x.acc}",
              {{lamp, "Die neue Lampe"},
               {a_lamp, "Eine neue Lampe"},
               {this_book, "Dieses teure Buch"},
               {a_book, "Ein teures Buch"}});
  expect_rows("de", "{x.dat}",
              {{lamp, "Der neuen Lampe"},
               {a_lamp, "Einer neuen Lampe"},
               {this_book, "Diesem teuren Buch"},
               {a_book, "Einem teuren Buch"}});
}

TEST(TestbedMorphology, GermanPluralsDativeNAndWeakNouns) {
  expect_rows("de", "{x}",
              {{{"book", "red", kPl, "def"}, "Die roten Bücher"},
               {{"book", "red", kPl, "indef"}, "Rote Bücher"}});
  expect_rows("de", "{x.dat}",
              {{{"book", "red", kPl, "def"}, "Den roten Büchern"},
               {{"book", "red", kPl, "indef"}, "Roten Büchern"},
               {{"car", "", kPl, "def"}, "Den Autos"},
               {{"lamp", "", kPl, "def"}, "Den Lampen"},
               {{"customer", "", kSg, "def"}, "Dem Kunden"}});
  expect_rows("de", "{x.acc}", {{{"customer", "new", kSg, "indef"}, "Einen neuen Kunden"}});
}

TEST(TestbedMorphology, GermanPossessivesAndContractions) {
  expect_rows("de", "{x.poss@who}",
              {{{"coat", "old"}, "Ihr alter Mantel"}, {{"coat", "old", kPl}, "Ihre alten Mäntel"}});
  expect_rows("de", "{x.poss.dat@who}",
              {{{"mother"}, "Ihrer Mutter"}, {{"brother"}, "Ihrem Bruder"}});
  expect_rows("de", "zu {x.dat}", {{{"car"}, "Zum Auto"}, {{"lamp"}, "Zur Lampe"}});
  expect_rows("de", "in {x.dat}",
              {{{"bed"}, "Im Bett"}, {{"bed", "", kSg, "this"}, "In diesem Bett"}});
  expect_rows("de", "in {x.acc}", {{{"bed"}, "Ins Bett"}, {{"bed", "", kPl}, "In die Betten"}});
}

TEST(TestbedMorphology, GermanPronouns) {
  expect_rows("de", "{x.pron} {x.pron.acc} {x.pron.dat}",
              {{{"mirror"}, "Er ihn ihm"},
               {{"lamp"}, "Sie sie ihr"},
               {{"book"}, "Es es ihm"},
               {{"book", "", kPl}, "Sie sie ihnen"}});
}

TEST(TestbedMorphology, FrenchElisionContractionAndVowelForms) {
  expect_rows("fr", "{x}",
              {{{"plate"}, "L'assiette"},
               {{"hammock"}, "Le hamac"},
               {{"computer", "old", kSg, "indef"}, "Un vieil ordinateur"},
               {{"screen", "new", kSg, "def"}, "Le nouvel écran"},
               {{"screen", "new", kPl, "def"}, "Les nouveaux écrans"},
               {{"computer", "", kSg, "this"}, "Cet ordinateur"},
               {{"lamp", "small", kPl, "indef"}, "De petites lampes"},
               {{"lamp", "red", kPl, "indef"}, "Des lampes rouges"},
               {{"tree", "beautiful", kSg, "indef"}, "Un bel arbre"},
               {{"meat", "", kSg, "mass"}, "De la viande"},
               {{"bread", "", kSg, "mass"}, "Du pain"}});
  expect_rows("fr", "de {x}",
              {{{"horse"}, "Du cheval"},
               {{"horse", "", kPl}, "Des chevaux"},
               {{"child"}, "De l'enfant"},
               {{"bird", "", kSg, "indef"}, "D'un oiseau"},
               {{"cake", "", kPl, "this"}, "De ces gâteaux"}});
  expect_rows(
      "fr", "à {x}",
      {{{"dog"}, "Au chien"}, {{"child", "", kPl}, "Aux enfants"}, {{"cow"}, "À la vache"}});
  expect_rows(
      "fr", "{x.poss@who}",
      {{{"plate"}, "Son assiette"}, {{"lamp"}, "Sa lampe"}, {{"lamp", "", kPl}, "Ses lampes"}});
  expect_rows("fr", "parce que {who} a {x}", {{{"lamp"}, "Parce qu'Anna a la lampe"}});
  // The pronoun "le" never contracts: only determiners do.
  expect_rows("fr", "Elle a oublié de {x.pron.acc} vendre",
              {{{"book"}, "Elle a oublié de le vendre"}});
}

TEST(TestbedMorphology, FrenchAdjectivesAndParticiplesAgree) {
  expect_rows("fr", "{x}",
              {{{"dress", "white", kPl, "def"}, "Les robes blanches"},
               {{"dress", "old", kSg, "indef"}, "Une vieille robe"},
               {{"dress", "light", kSg, "indef"}, "Une robe légère"},
               {{"table", "heavy", kSg, "this"}, "Cette table lourde"}});
  expect_rows("fr", "{x.pron} est {~réparé@x}",
              {{{"lamp"}, "Elle est réparée"},
               {{"lamp", "", kPl}, "Elles est réparées"},
               {{"book"}, "Il est réparé"}});
  expect_rows("fr", "{who} est {~allé@who}", {{{"lamp"}, "Anna est allée"}});
}

TEST(TestbedMorphology, SpanishNounsAdjectivesAndContractions) {
  expect_rows("es", "{x}",
              {{{"mirror", "red"}, "El espejo rojo"},
               {{"lamp", "green", kPl}, "Las lámparas verdes"},
               {{"lamp", "blue", kPl, "indef"}, "Lámparas azules"},
               {{"violin", "old", kPl}, "Los violines viejos"},
               {{"update", "", kPl}, "Las actualizaciones"},
               {{"walnut", "", kPl}, "Las nueces"},
               {{"screen", "useful", kPl, "this"}, "Estas pantallas útiles"}});
  expect_rows("es", "a {x}",
              {{{"brother"}, "Al hermano"},
               {{"aunt"}, "A la tía"},
               {{"brother", "", kPl}, "A los hermanos"}});
  expect_rows("es", "de {x}", {{{"bridge"}, "Del puente"}, {{"tower"}, "De la torre"}});
  expect_rows("es", "¿{x.pron} {x.pron.acc}?",
              {{{"lamp"}, "¿La?"}, {{"mirror"}, "¿Lo?"}, {{"mirror", "", kPl}, "¿Los?"}});
}

TEST(TestbedMorphology, EnglishArticlesAndPlurals) {
  expect_rows("en", "{x}",
              {{{"orange", "", kSg, "indef"}, "An orange"},
               {{"screen", "useful", kSg, "indef"}, "A useful screen"},
               {{"screen", "old", kSg, "indef"}, "An old screen"},
               {{"computer_mouse", "", kPl}, "The mice"},
               {{"battery", "", kPl}, "The batteries"},
               {{"watch", "", kPl, "this"}, "These watches"},
               {{"sheep", "", kPl, "indef"}, "Sheep"}});
}

std::string form(const std::string& language, const std::string& verb, const std::string& tense,
                 const Agreement& subject) {
  const size_t index = grammar().language_index(language);
  return grammar().languages[index].conjugate(grammar().find(verb)->verbs[index], tense, subject);
}

TEST(TestbedMorphology, Conjugation) {
  const Agreement i{'m', kSg, 1}, we{'m', kPl, 1}, she{'f', kSg, 3}, they{'m', kPl, 3};
  const std::vector<std::pair<Agreement, std::string>> buy = {
      {i, "compré"}, {we, "compramos"}, {she, "compró"}, {they, "compraron"}};
  for (const auto& [who, expected] : buy) EXPECT_EQ(form("es", "buy", "past", who), expected);
  const std::vector<std::pair<Agreement, std::string>> lose = {
      {i, "perdí"}, {we, "perdimos"}, {she, "perdió"}, {they, "perdieron"}};
  for (const auto& [who, expected] : lose) EXPECT_EQ(form("es", "lose", "past", who), expected);
  EXPECT_EQ(form("es", "lose", "pres", she), "pierde");
  EXPECT_EQ(form("fr", "find", "pres", they), "trouvent");
  EXPECT_EQ(form("fr", "sell", "pp", she), "vendu");
  EXPECT_EQ(form("de", "call", "inf", she), "anrufen");
  EXPECT_EQ(form("de", "call", "pp", she), "angerufen");
  EXPECT_EQ(form("de", "sleep", "pres", she), "schläft");
  EXPECT_EQ(form("de", "sleep", "pres", they), "schlafen");
  EXPECT_EQ(form("en", "find", "past", they), "found");
  EXPECT_EQ(form("en", "carry", "pres", she), "carries");
}

}  // namespace
}  // namespace nmt::testbed
