#include "nmt/scoring/tokenizer.h"

#include <gtest/gtest.h>
#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nmt/support/error.h"
#include "tests/temporary_folder.h"

namespace nmt::scoring {
namespace {

std::string tokens(const std::string& name, const std::string& line) {
  return make_tokenizer(name)->tokenize(line);
}

TEST(Tokenizer, Thirteen) {
  EXPECT_EQ(tokens("13a", "Hello, world (1,000.5)!"), "Hello , world ( 1,000.5 ) !");
  EXPECT_EQ(tokens("13a", "the year 1984."), "the year 1984 .");
  EXPECT_EQ(tokens("13a", "3-4 a-b it's"), "3 - 4 a-b it's");
  EXPECT_EQ(tokens("13a", "&quot;a&quot; &amp;lt; &apos;"), "\" a \" < & apos ;");
  EXPECT_EQ(tokens("13a", "a <skipped>b-\nc\nd"), "a bc d");
  EXPECT_EQ(tokens("13a", "«é».漢,字"), "«é» . 漢 , 字");
}

TEST(Tokenizer, International) {
  EXPECT_EQ(tokens("intl", "«Ça», dit-il: 1,000.5 €"), "« Ça » , dit - il : 1,000.5 €");
  EXPECT_EQ(tokens("intl", "It was 1984."), "It was 1984.");  // mteval-v14's error, kept
  EXPECT_EQ(tokens("intl", "a。b ٣٫٥"), "a 。 b ٣٫٥");
}

TEST(Tokenizer, Chinese) {
  EXPECT_EQ(tokens("zh", " 我有3.5个 apple。"), "我 有 3.5 个 apple 。");
  EXPECT_EQ(tokens("zh", "a—b 𠀀カ"), "a — b 𠀀カ");  // the slip in its ranges, kept
}

TEST(Tokenizer, CharactersAndNone) {
  EXPECT_EQ(tokens("char", "a é漢"), "a   é 漢");
  EXPECT_EQ(tokens("char", ""), "");
  EXPECT_EQ(tokens("none", " a  b. "), " a  b. ");
}

TEST(Tokenizer, IsChosenByLanguage) {
  EXPECT_EQ(default_tokenizer("zh"), "zh");
  EXPECT_EQ(default_tokenizer("de"), "13a");
  EXPECT_EQ(default_tokenizer(""), "13a");
  EXPECT_EQ(default_tokenizer("ja"), "ja-mecab");
}

TEST(Tokenizer, UnknownNamesTheOthers) {
  try {
    make_tokenizer("14a");
    FAIL();
  } catch (const UsageError& error) {
    EXPECT_NE(std::string(error.what()).find("13a, intl"), std::string::npos) << error.what();
  }
}

TEST(Tokenizer, KnowsWhatEachReads) {
  EXPECT_EQ(model_of_tokenizer("13a"), TokenizerModel::kNone);
  EXPECT_EQ(model_of_tokenizer("14a"), TokenizerModel::kNone);
  EXPECT_EQ(model_of_tokenizer("spBLEU-1K"), TokenizerModel::kSentencePiece);
  EXPECT_EQ(model_of_tokenizer("ko-mecab"), TokenizerModel::kMecabDictionary);
  for (const std::string& name : tokenizer_names()) {
    if (model_of_tokenizer(name) != TokenizerModel::kNone) continue;
    EXPECT_THROW(make_tokenizer(name, "model"), UsageError) << name;
  }
}

class SpmTokenizer : public testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directories(folder_ / "models");
    std::ofstream text(folder_ / "text");
    for (int i = 0; i < 200; ++i)
      text << "the ship left the harbour at " << i << " and nobody waved\n";
    text.close();
    const auto status = sentencepiece::SentencePieceTrainer::Train(
        "--input=" + (folder_ / "text").string() + " --model_prefix=" + (folder_ / "m").string() +
        " --vocab_size=60 --minloglevel=2");
    ASSERT_TRUE(status.ok()) << status.ToString();
    model_ = (folder_ / "m.model").string();
  }
  void TearDown() override { unsetenv("SACREBLEU"); }

  const TemporaryFolder temporary_;
  const std::filesystem::path folder_{temporary_.path()};
  std::string model_;
};

TEST_F(SpmTokenizer, GivesThePieces) {
  sentencepiece::SentencePieceProcessor processor;
  ASSERT_TRUE(processor.Load(model_).ok());
  std::string expected;
  for (const auto& piece : processor.EncodeAsPieces("the harbour left")) {
    expected += (expected.empty() ? "" : " ") + piece;
  }
  EXPECT_EQ(make_tokenizer("spm", model_)->tokenize("the harbour left"), expected);
  EXPECT_EQ(make_tokenizer("spm", model_)->tokenize(""), "");
}

TEST_F(SpmTokenizer, SignsAModelOfOnesOwnWithItsChecksum) {
  const std::string signature = make_tokenizer("spm", model_)->signature();
  EXPECT_EQ(signature.substr(0, 4), "spm-");
  EXPECT_EQ(signature.size(), 12U);
  EXPECT_EQ(make_tokenizer("flores200", model_)->signature(), "flores200");
}

TEST_F(SpmTokenizer, FindsModelsWhereSacrebleuKeepsThem) {
  setenv("SACREBLEU", folder_.c_str(), 1);
  std::filesystem::copy_file(model_, folder_ / "models" / "sacrebleu_tokenizer_spm.model");
  EXPECT_EQ(make_tokenizer("flores101")->tokenize("the ship"),
            make_tokenizer("spm", model_)->tokenize("the ship"));
  EXPECT_EQ(make_tokenizer("spm")->signature(), "flores101");
  EXPECT_THROW(make_tokenizer("flores200"), Error);
}

TEST_F(SpmTokenizer, RejectsWhatIsNoModel) {
  EXPECT_THROW(make_tokenizer("spm", (folder_ / "text").string()), Error);
  EXPECT_THROW(make_tokenizer("spm", folder_.string()), Error);
  EXPECT_THROW(make_tokenizer("spm", (folder_ / "missing").string()), Error);
}

}  // namespace
}  // namespace nmt::scoring
