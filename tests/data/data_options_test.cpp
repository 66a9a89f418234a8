#include "data/data_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

using testing::HasSubstr;

TEST(CorpusSpecTest, ReadsAllForms) {
  const CorpusSpec pattern = CorpusSpec::parse("data/{}/train.{}.gz:en-pt_BR");
  EXPECT_EQ(pattern.source_path, "data/en/train.en.gz");
  EXPECT_EQ(pattern.target_path, "data/pt_BR/train.pt_BR.gz");
  EXPECT_EQ(pattern.target_language, "pt_BR");
  const CorpusSpec named = CorpusSpec::parse("C:/a.txt,b.txt:de-en");
  EXPECT_EQ(named.source_path, "C:/a.txt");
  EXPECT_EQ(named.target_path, "b.txt");
  EXPECT_EQ(named.source_language, "de");
  const TemporaryFolder folder;
  random_store(folder.file("store"), 5);
  const CorpusSpec store = CorpusSpec::parse(folder.file("store"));
  EXPECT_TRUE(store.is_store());
  EXPECT_EQ(store.source_language, "en");
  EXPECT_EQ(store.target_language, "de");
}

TEST(CorpusSpecTest, RefusesEverythingElse) {
  for (const char* wrong :
       {"", "train", "train.{}", "train.{}:en", "train.{}:en-de-fr", "train.en:en-de", "a,:en-de",
        ",b:en-de", "train.{}:en-en", "train.{}:-de", "train.{}:e n-de"}) {
    try {
      CorpusSpec::parse(wrong);
      ADD_FAILURE() << wrong;
    } catch (const UsageError& error) {
      EXPECT_THAT(error.what(), HasSubstr("PATH:SRC-TGT"));
    }
  }
  const TemporaryFolder folder;
  EXPECT_THROW(CorpusSpec::parse(folder.path()), Error);
}

TEST(DataOptionsTest, RefusesContradictions) {
  const auto invalid = [](auto change) {
    DataOptions options;
    options.train = {"a.{}:en-de", "b.{}:en-de"};
    EXPECT_NO_THROW(validate(options));
    change(options);
    EXPECT_THROW(validate(options), UsageError);
  };
  invalid([](DataOptions& o) { o.weights = {1}; });
  invalid([](DataOptions& o) { o.weights = {0, 0}; });
  invalid([](DataOptions& o) { o.weights = {1, 2}, o.temperature = 5; });
  invalid([](DataOptions& o) { o.noise = {0.1, 0.1}; });
  invalid([](DataOptions& o) { o.tags.source_tag_position = TagPosition::kReplaceEos; });
  VocabularyOptions vocabulary;
  vocabulary.target_file = "x";
  EXPECT_THROW(validate(vocabulary), UsageError);
}

TEST(DataOptionsTest, KnowsTheLanguagesOfARun) {
  DataOptions options;
  options.train = {"a.{}:en-de", "b.{}:fr-en"};
  options.valid = {"v.{}:en-de", "v.{}:de-fr"};
  const Languages languages = languages_of(options);
  EXPECT_EQ(languages.languages(), (std::vector<std::string>{"en", "de", "fr"}));
  EXPECT_EQ(languages.directions(), (std::vector<Direction>{{"en", "de"}, {"fr", "en"}}));
}

TEST(DataOptionsTest, AreDeclaredAndReadBack) {
  DataOptions data;
  VocabularyOptions vocabulary;
  OptionTable table;
  declare(table, data);
  declare(table, vocabulary);
  table.read_command_line({"--data.train", "a.{}:en-de", "b.{}:en-de", "--data.weights", "1", "2.5",
                           "--data.batch_measure=target", "--data.source_tag", "target",
                           "--data.source_tag_position", "replace-eos", "--data.documents",
                           "blank-line", "--data.invalid_utf8", "drop", "--vocabulary.type",
                           "bpe"});
  table.apply();
  EXPECT_EQ(data.train.size(), 2U);
  EXPECT_EQ(data.weights, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(data.batch.measure, BatchMeasure::kTarget);
  EXPECT_EQ(data.tags.source_tag, SourceTag::kTarget);
  EXPECT_EQ(data.tags.source_tag_position, TagPosition::kReplaceEos);
  EXPECT_EQ(data.documents, DocumentMarks::kBlankLine);
  EXPECT_EQ(data.invalid_utf8, InvalidUtf8::kDrop);
  EXPECT_EQ(vocabulary.type, VocabularyType::kBpe);
}

}  // namespace
}  // namespace nmt
