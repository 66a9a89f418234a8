#include "data/data_options.h"

#include <gtest/gtest.h>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

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
                           "--data.source_tag_position", "replace-eos", "--data.documents", "docid",
                           "--data.invalid_utf8", "drop", "--vocabulary.type", "bpe"});
  table.apply();
  EXPECT_EQ(data.train.size(), 2U);
  EXPECT_EQ(data.weights, (std::vector<double>{1, 2.5}));
  EXPECT_EQ(data.batch.measure, BatchMeasure::kTarget);
  EXPECT_EQ(data.tags.source_tag, SourceTag::kTarget);
  EXPECT_EQ(data.tags.source_tag_position, TagPosition::kReplaceEos);
  EXPECT_EQ(data.documents, DocumentMarks::kDocid);
  EXPECT_EQ(data.invalid_utf8, InvalidUtf8::kDrop);
  EXPECT_EQ(vocabulary.type, VocabularyType::kBpe);
}

}  // namespace
}  // namespace nmt
