#include "data/corpus_spec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"
#include "tests/message_of.h"

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
  for (const char* wrong : {"", "train", "a,b,c:en-de", "train.{}", "train.{}:en",
                            "train.{}:en-de-fr", "train.en:en-de", "a,:en-de", ",b:en-de",
                            "train.{}:en-en", "train.{}:-de", "train.{}:e n-de"}) {
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

TEST(CorpusSpecTest, FindsTheFileOfDocumentIds) {
  const TemporaryFolder folder;
  const auto ids_of = [](const std::string& text) {
    return CorpusSpec::parse(text, DocumentMarks::kDocid).ids_path;
  };
  const std::string corpus = folder.file("t.{}.gz:en-de");
  EXPECT_EQ(ids_of("a,b,c.docid:en-de"), "c.docid");
  EXPECT_EQ(ids_of(corpus), folder.file("t.docid.gz"));  // what is looked for, where nothing is
  for (const char* name : {"t.docid.txt", "t.docid", "t.docid.txt.gz", "t.docid.gz"})
    EXPECT_EQ(ids_of(corpus), folder.write(name, ""));  // the later ones come first
  EXPECT_EQ(CorpusSpec::parse(corpus, DocumentMarks::kBlankLine).files(),
            (std::vector{folder.file("t.en.gz"), folder.file("t.de.gz")}));
  EXPECT_EQ(
      CorpusSpec::parse(corpus, DocumentMarks::kDocid).files(),
      (std::vector{folder.file("t.en.gz"), folder.file("t.de.gz"), folder.file("t.docid.gz")}));
}

TEST(CorpusSpecTest, HasAsManyFilesAsTheFormatReads) {
  const auto refuses = [](DocumentMarks documents, const std::string& text) {
    const std::string message = message_of([&] { CorpusSpec::parse(text, documents); });
    EXPECT_THAT(message, testing::AllOf(HasSubstr("PATH:SRC-TGT"), HasSubstr("corpus '" + text)));
  };
  for (const DocumentMarks marks :
       {DocumentMarks::kNone, DocumentMarks::kBlankLine, DocumentMarks::kDTag}) {
    refuses(marks, "a:en-de");
    refuses(marks, "a,b,c:en-de");
  }
  refuses(DocumentMarks::kDocid, "a:en-de");
  refuses(DocumentMarks::kDocid, "a,b:en-de");
  refuses(DocumentMarks::kDocid, "a,b,:en-de");
  refuses(DocumentMarks::kTsv, "a,b:en-de");
  refuses(DocumentMarks::kTsv, "a.{}:en-de");
  refuses(DocumentMarks::kXml, "a,b,c:en-de");
  const auto files = [](DocumentMarks documents, const std::string& text) {
    return CorpusSpec::parse(text, documents).files().size();
  };
  EXPECT_EQ(files(DocumentMarks::kTsv, "c.tsv.gz:en-de"), 1U);
  EXPECT_EQ(files(DocumentMarks::kXml, "c.xml:en-de"), 1U);
  EXPECT_EQ(files(DocumentMarks::kXml, "s.sgm,t.sgm:en-de"), 2U);
  EXPECT_EQ(files(DocumentMarks::kXml, "c.{}.xml:en-de"), 2U);
}

}  // namespace
}  // namespace nmt
