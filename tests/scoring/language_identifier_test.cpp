#include "nmt/scoring/language_identifier.h"

#include <gtest/gtest.h>

#include <fstream>

#include "nmt/support/error.h"
#include "tests/temporary_folder.h"

#ifdef NMT_HAS_FASTTEXT
#include <fasttext/fasttext.h>
#endif

namespace nmt::scoring {
namespace {

TEST(LanguageIdentifier, Cld2KnowsPlainSentences) {
  const auto identifier = make_cld2_identifier();
  const std::vector<std::pair<std::string, std::string>> sentences = {
      {"en", "The ship left the harbour early in the morning, and nobody waved."},
      {"de", "Das Schiff verließ den Hafen früh am Morgen, und niemand winkte."},
      {"fr", "Le navire a quitté le port tôt le matin, et personne n'a fait signe."},
      {"cs", "Loď opustila přístav brzy ráno a nikdo nezamával."},
      {"ru", "Корабль вышел из гавани рано утром, и никто не помахал."},
      {"zh", "轮船一大早就离开了港口，没有人挥手告别。"},
      {"zh", "輪船一大早就離開了港口，沒有人揮手告別。"},
      {"ja", "船は朝早く港を出ましたが、誰も手を振りませんでした。"},
      {"he", "הספינה עזבה את הנמל מוקדם בבוקר, ואף אחד לא נופף."},
      {"no", "Skipet forlot havna tidlig om morgenen, og ingen vinket til dem."}};
  for (const auto& [language, sentence] : sentences)
    EXPECT_EQ(identifier->identify(sentence), language) << sentence;
}

TEST(LanguageIdentifier, Cld2SaysWhenItCannotTell) {
  const auto identifier = make_cld2_identifier();
  for (const char* text : {"", " ", "123 456", "xqzt vrrk", "?!"})
    EXPECT_EQ(identifier->identify(text), "") << text;
}

TEST(LanguageIdentifier, Cld2KnowsItsLanguages) {
  const auto identifier = make_cld2_identifier();
  for (const char* code : {"de", "zh", "zh-TW", "he", "nb", "nn", "id", "jv"})
    EXPECT_TRUE(identifier->knows(code)) << code;
  // Names and other spellings are none of the codes that it gives.
  for (const char* code : {"", "xx", "deu_Latn", "GERMAN", "mo"})
    EXPECT_FALSE(identifier->knows(code)) << code;
  EXPECT_EQ(identifier->name().substr(0, 5), "CLD2 ");
}

TEST(LanguageIdentifier, OneCodeForEachLanguage) {
  EXPECT_EQ(normal_language("zh-Hant"), "zh");
  EXPECT_EQ(normal_language("iw"), "he");
  EXPECT_EQ(normal_language("nn"), "no");
  EXPECT_EQ(normal_language("nb-NO"), "no");
  EXPECT_EQ(normal_language("de"), "de");
  EXPECT_EQ(normal_language("deu_Latn"), "deu_Latn");
}

TEST(LanguageIdentifier, RefusesWhatIsNoModel) {
  const TemporaryFolder folder;
  std::ofstream(folder.file("model.bin")) << "no model";
  EXPECT_THROW(make_fasttext_identifier(folder.file("model.bin")), Error);
  EXPECT_THROW(make_fasttext_identifier(folder.file("missing.bin")), Error);
}

#ifdef NMT_HAS_FASTTEXT
TEST(LanguageIdentifier, UsesAFastTextModel) {
  const TemporaryFolder folder;
  {
    std::ofstream text(folder.file("train.txt"));
    for (int i = 0; i < 200; ++i)
      text << "__label__de der hund und die katze " << i % 7 << "\n"
           << "__label__zh-Hant 狗 和 貓 在 這裡 " << i % 5 << "\n";
  }
  fasttext::Args arguments;
  arguments.input = folder.file("train.txt");
  arguments.model = fasttext::model_name::sup;
  arguments.loss = fasttext::loss_name::softmax;
  arguments.dim = 8;
  arguments.minCount = 1;
  arguments.epoch = 50;
  arguments.lr = 0.5;
  arguments.thread = 1;
  arguments.verbose = 0;
  arguments.wordNgrams = 1;
  arguments.minn = arguments.maxn = 0;
  arguments.bucket = 0;
  fasttext::FastText model;
  model.train(arguments);
  model.saveModel(folder.file("model.bin"));

  const auto identifier = make_fasttext_identifier(folder.file("model.bin"));
  EXPECT_EQ(identifier->identify("die katze und der hund"), "de");
  EXPECT_EQ(identifier->identify("貓 和 狗"), "zh");
  EXPECT_EQ(identifier->identify(""), "");
  EXPECT_TRUE(identifier->knows("zh"));
  EXPECT_FALSE(identifier->knows("fr"));
}
#endif

}  // namespace
}  // namespace nmt::scoring
