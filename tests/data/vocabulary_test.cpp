#include "data/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Ids = std::vector<int32_t>;

class AnyVocabulary : public testing::TestWithParam<VocabularyType> {
 protected:
  std::shared_ptr<const Vocabulary> vocabulary_ = small_vocabulary(GetParam());
};

TEST_P(AnyVocabulary, TrainsLoadsAndEncodesInOneProcess) {
  const TemporaryFolder folder;
  write_file(folder.file("vocab.model"), vocabulary_->content());
  const auto loaded = Vocabulary::load(folder.file("vocab.model"));
  EXPECT_EQ(loaded->hash(), vocabulary_->hash());
  EXPECT_EQ(loaded->size(), 340);
  EXPECT_EQ(loaded->model(), GetParam() == VocabularyType::kBpe ? SegmentationModel::kBpe
                                                                : SegmentationModel::kUnigram);
  for (const std::string& line : made_up_lines(200, 3)) {
    const Ids ids = loaded->encode(line);
    EXPECT_FALSE(ids.empty());
    EXPECT_EQ(loaded->decode(ids), line);
  }
}

TEST_P(AnyVocabulary, FixesTheSpecialIds) {
  EXPECT_EQ(vocabulary_->pad(), 0);
  EXPECT_EQ(vocabulary_->unk(), 1);
  EXPECT_EQ(vocabulary_->bos(), 2);
  EXPECT_EQ(vocabulary_->eos(), 3);
}

TEST_P(AnyVocabulary, GivesNothingForBlankText) {
  EXPECT_TRUE(vocabulary_->encode("").empty());
  EXPECT_TRUE(vocabulary_->encode(" \t ").empty());
  EXPECT_EQ(vocabulary_->decode({}), "");
}

TEST_P(AnyVocabulary, SpellsUnknownCharactersAsBytes) {
  const std::string line = "ka 語 😀 lo.";
  const Ids ids = vocabulary_->encode(line);
  EXPECT_EQ(std::count(ids.begin(), ids.end(), vocabulary_->unk()), 0);
  EXPECT_EQ(vocabulary_->decode(ids), line);
}

TEST_P(AnyVocabulary, TagsNeverComeFromTextAndVanishInDecoding) {
  const int32_t tag = vocabulary_->language_tag("de");
  EXPECT_EQ(vocabulary_->piece(tag).text, "<lang:de>");
  EXPECT_EQ(vocabulary_->piece(tag).type, PieceType::kControl);
  const Ids ids = vocabulary_->encode("<lang:de> ka </s> <pad>");
  for (const int32_t id : ids) EXPECT_NE(vocabulary_->piece(id).type, PieceType::kControl);
  EXPECT_EQ(vocabulary_->decode(ids), "<lang:de> ka </s> <pad>");
  Ids tagged = vocabulary_->encode("ka lo.");
  tagged.insert(tagged.begin(), tag);
  tagged.push_back(vocabulary_->eos());
  EXPECT_EQ(vocabulary_->decode(tagged), "ka lo.");
  EXPECT_THROW(vocabulary_->language_tag("fr"), UsageError);
}

TEST_P(AnyVocabulary, KeepsUserSymbolsWhole) {
  const auto symbol = vocabulary_->find("<sep>");
  ASSERT_TRUE(symbol.has_value());
  const Ids ids = vocabulary_->encode("ka<sep>lo");
  EXPECT_EQ(std::count(ids.begin(), ids.end(), *symbol), 1);
}

TEST_P(AnyVocabulary, DecodesToOneLineWhatever) {
  Ids bytes;
  for (const char* piece : {"<0x0A>", "<0x0D>", "<0x00>", "<0xFF>"})
    bytes.push_back(*vocabulary_->find(piece));
  const std::string text = vocabulary_->decode(bytes);
  EXPECT_EQ(text.find_first_of(std::string("\n\r\0", 3)), std::string::npos);
  EXPECT_THROW(vocabulary_->decode(Ids{340}), Error);
  EXPECT_THROW(vocabulary_->decode(Ids{-1}), Error);
}

TEST_P(AnyVocabulary, RefusesNoiseOfTheOtherKind) {
  const bool bpe = GetParam() == VocabularyType::kBpe;
  EXPECT_THROW(vocabulary_->check_noise(bpe ? SegmentationNoise{.unigram_alpha = 0.1}
                                            : SegmentationNoise{.bpe_dropout = 0.1}),
               UsageError);
  EXPECT_NO_THROW(vocabulary_->check_noise({}));
}

TEST_P(AnyVocabulary, TrainingIsRepeatable) {
  const TemporaryFolder folder;
  const CorpusSpec corpus = CorpusSpec::parse(write_parallel(folder.path(), "text", 800));
  VocabularyOptions options;
  options.type = GetParam();
  options.size = 330;
  options.sample = 300;
  const auto train = [&] {
    return train_vocabulary(options, draw_sentences(options, {{corpus}, {Side::kSource}}), {"en"});
  };
  EXPECT_EQ(train(), train());
}
INSTANTIATE_TEST_SUITE_P(, AnyVocabulary,
                         testing::Values(VocabularyType::kUnigram, VocabularyType::kBpe));

TEST(VocabularySample, DrawsEvenlyFromTheSidesThatAreWanted) {
  const TemporaryFolder folder;
  const CorpusSpec corpus = CorpusSpec::parse(write_parallel(folder.path(), "a", 40));
  CorpusSpec same_source = CorpusSpec::parse(write_parallel(folder.path(), "b", 30, 9));
  same_source.source_path = corpus.source_path;
  write_parallel(folder.path(), "a", 40);
  write_file(same_source.target_path, join_lines(made_up_lines(40, 77)));
  const auto draw = [](const VocabularyOptions& options, const VocabularyText& text) {
    std::vector<std::string> drawn = draw_sentences(options, text);
    std::sort(drawn.begin(), drawn.end());
    return drawn;
  };
  std::vector<std::string> expected = made_up_lines(40, 1);
  for (const uint64_t seed : {1001, 77})
    for (const std::string& line : made_up_lines(40, seed)) expected.push_back(line);
  std::sort(expected.begin(), expected.end());
  EXPECT_EQ(draw({}, {{corpus, same_source}, {Side::kSource, Side::kTarget}}), expected);

  // Each of 40 sentences is one of 10 drawn with probability 1/4.
  VocabularyOptions options;
  options.sample = 10;
  std::map<std::string, int> times;
  for (options.seed = 0; options.seed < 2000; ++options.seed)
    for (const std::string& line : draw_sentences(options, {{corpus}, {Side::kSource}}))
      ++times[line];
  for (const auto& [line, count] : times) EXPECT_NEAR(count, 500, 100) << line;  // 5 deviations
}

TEST(VocabularySample, HasSentencesButNoMarks) {
  const TemporaryFolder folder;
  const std::string tsv =
      folder.write("t.tsv", "ka\tlo\tdoc1\n\t\nmi\t\tdoc2\n" + std::string(20000, 'k') + "\tne\n");
  const auto draw = [](const CorpusSpec& corpus, Side side) {
    return draw_sentences({}, {{corpus}, {side}});
  };
  const CorpusSpec table = CorpusSpec::parse(tsv + ":en-de", DocumentMarks::kTsv);
  EXPECT_THAT(draw(table, Side::kSource), ElementsAre("ka", "mi"));
  EXPECT_THAT(draw(table, Side::kTarget), ElementsAre("lo", "ne"));
  folder.write("d.en", "<d>\nka\n");
  folder.write("d.de", "<d>\nlo\n");
  const CorpusSpec tags = CorpusSpec::parse(folder.file("d.{}:en-de"), DocumentMarks::kDTag);
  EXPECT_THAT(draw(tags, Side::kSource), ElementsAre("ka"));
  EXPECT_THROW(draw(CorpusSpec::parse(folder.file("x.{}:en-de")), Side::kSource), Error);
}

TEST(VocabularyErrors, NamesASizeThatDoesNotSuit) {
  VocabularyOptions options;
  for (const int64_t size : {50'000, 20}) {
    options.size = size;
    EXPECT_THAT(message_of([&] { train_vocabulary(options, made_up_lines(100, 7), {}); }),
                HasSubstr("vocabulary.size"));
  }
  EXPECT_THROW(train_vocabulary(options, {}, {}), Error);
}

TEST(VocabularyErrors, RefusesWhatIsNoModel) {
  const std::string model = small_vocabulary()->content();
  EXPECT_THROW(Vocabulary::load("/nowhere/vocab.model"), Error);
  EXPECT_THROW(Vocabulary::parse("", "x"), Error);
  EXPECT_THROW(Vocabulary::parse("just some text\n", "x"), Error);
  for (const size_t size : {model.size() - 1, model.size() / 2, size_t{100}})
    EXPECT_THROW(Vocabulary::parse(model.substr(0, size), "x"), Error) << size;
}

TEST(VocabularyErrors, NeverCrashesOnDamagedModels) {
  const std::string model = small_vocabulary()->content();
  RandomStream random(4);
  for (int i = 0; i < 300; ++i) {
    std::string damaged = model;
    damaged[random.below(damaged.size())] ^= static_cast<char>(1 << random.below(8));
    try {
      Vocabulary::parse(damaged, "x")->encode("ka lo mi.");
    } catch (const Error&) {
    }
  }
}

TEST(VocabularyErrors, RefusesAPieceWithANulByte) {
  std::string model = small_vocabulary()->content();
  const size_t letter = model.find("\xe2\x96\x81") + 3;
  model[letter] = '\0';
  EXPECT_THAT(message_of([&] { Vocabulary::parse(model, "x"); }), HasSubstr("NUL byte"));
}

// SentencePiece follows the trie of its rules of normalisation wherever it leads.
TEST(VocabularyErrors, RefusesRulesOfNormalisationThatLeadOutside) {
  const std::string model = small_vocabulary()->content();
  std::string characters;
  for (int code = 0xa0; code < 0x800; ++code)
    characters += {static_cast<char>(0xc0 | code >> 6), static_cast<char>(0x80 | (code & 0x3f))};
  RandomStream random(5);
  int refused = 0;
  for (int i = 0; i < 200; ++i) {
    std::string damaged = model;
    for (int unit = 0; unit < 50; ++unit)
      damaged.replace(damaged.size() / 4 + random.below(damaged.size() / 2), 4, "\x7f\x7f\x7f\x7f");
    refused += message_of([&] {
                 Vocabulary::parse(damaged, "x")->encode(characters);
               }).find("rules of normalisation") != std::string::npos;
  }
  EXPECT_GT(refused, 100);
}

TEST(SplitLong, LosesNothingAndKeepsTheLimit) {
  const auto vocabulary = small_vocabulary();
  RandomStream random(8);
  for (int i = 0; i < 200; ++i) {
    std::string text;
    for (const std::string& line :
         made_up_lines(static_cast<int64_t>(random.below(12)), static_cast<uint64_t>(i)))
      text += line + " ";
    const Ids ids = vocabulary->encode(text);
    const auto limit = static_cast<int64_t>(1 + random.below(40));
    Ids joined;
    const auto parts = split_long(*vocabulary, ids, limit);
    for (const Ids& part : parts) {
      EXPECT_LE(static_cast<int64_t>(part.size()), limit);
      EXPECT_TRUE(!part.empty() || ids.empty());
      joined.insert(joined.end(), part.begin(), part.end());
    }
    EXPECT_EQ(joined, ids);
    EXPECT_EQ(parts.size() == 1, static_cast<int64_t>(ids.size()) <= limit);
  }
}

TEST(SplitLong, PrefersSentenceEndsThenSpaces) {
  const auto vocabulary = small_vocabulary();
  const auto split = [&](const std::string& text, int64_t limit) {
    std::vector<std::string> parts;
    for (const Ids& part : split_long(*vocabulary, vocabulary->encode(text), limit))
      parts.push_back(vocabulary->decode(part));
    return parts;
  };
  const auto size = [&](const std::string& text) {
    return static_cast<int64_t>(vocabulary->encode(text).size());
  };
  const std::string first = "ka lo mi.", second = "vo zu 3.5 ti.", third = "ne ru";
  EXPECT_THAT(split(first + " " + second + " " + third, size(first + " " + second) + 1),
              testing::ElementsAre(first + " " + second, third));
  EXPECT_THAT(split(first + " " + second, size(first) + 2), testing::Contains(first));
  for (const std::string& part : split("ka lo mi ne ru sta ti vo zu", 5))
    EXPECT_THAT(part, testing::Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace nmt
