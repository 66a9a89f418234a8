#include "nmt/scoring/tokenizer_mecab.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>

#include "nmt/support/error.h"
#include "tests/scoring/sacrebleu.h"

namespace nmt::scoring {
namespace {

using Language = TokenizerMecab::Language;

#ifdef NMT_HAS_MECAB

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string output;
  std::array<char, 4096> chunk{};
  for (size_t size = 1; size > 0; output.append(chunk.data(), size))
    size = fread(chunk.data(), 1, chunk.size(), pipe.get());
  return output;
}

/// The folder of the IPA dictionary, of the distribution or of Python's package; empty if none.
std::string ipa_dictionary() {
  std::string packaged = "/var/lib/mecab/dic/ipadic-utf8";
  if (std::filesystem::exists(packaged)) return packaged;
  return output_of(testing::kPythonWithSacrebleu +
                   "import ipadic; sys.stdout.write(ipadic.DICDIR)' 2> /dev/null");
}

TEST(TokenizerMecab, SplitsJapanese) {
  const std::string dictionary = ipa_dictionary();
  if (dictionary.empty()) GTEST_SKIP() << "no IPA dictionary: scripts/setup.sh --formats";
  const TokenizerMecab tokenizer(Language::kJapanese, dictionary);
  EXPECT_EQ(tokenizer.signature(), "ja-mecab-0.996-IPA");
  EXPECT_EQ(tokenizer.tokenize(" 今日は雨です。\n"), "今日 は 雨 です 。");
  EXPECT_EQ(tokenizer.tokenize(""), "");
}

TEST(TokenizerMecab, SplitsJapaneseAsSacrebleuDoes) {
  const std::string dictionary = ipa_dictionary();
  const std::string lines[] = {"「明日は雨でしょう」と、彼は3回も言った。",
                               "すもももももももものうち", "ＡＢＣ abc 12,5%　全角",
                               "吾輩は猫である。名前はまだ無い。", "🍣が好き"};
  for (const std::string& line : lines) {
    const std::string command = testing::kPythonWithSacrebleu +
                                "from sacrebleu.metrics import BLEU; "
                                "sys.stdout.write(BLEU(tokenize=\"ja-mecab\").tokenizer(\"" +
                                line + "\"))' 2> /dev/null";
    const std::string theirs = output_of(command);
    if (dictionary.empty() || theirs.empty())
      GTEST_SKIP() << "no sacreBLEU with MeCab: scripts/setup.sh --formats";
    EXPECT_EQ(TokenizerMecab(Language::kJapanese, dictionary).tokenize(line), theirs);
  }
}

TEST(TokenizerMecab, RefusesOtherDictionaries) {
  EXPECT_THROW(TokenizerMecab(Language::kJapanese, "/"), Error);
  EXPECT_THROW(TokenizerMecab(Language::kKorean, "/"), Error);
}

#else

TEST(TokenizerMecab, SaysThatItIsNotBuilt) {
  EXPECT_THROW(TokenizerMecab(Language::kJapanese, ""), Error);
}

#endif

}  // namespace
}  // namespace nmt::scoring
