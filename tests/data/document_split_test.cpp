#include "data/document_split.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <set>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<DocumentFacts> documents_of(const std::vector<uint64_t>& fingerprints) {
  std::vector<DocumentFacts> documents;
  documents.reserve(fingerprints.size());
  for (const uint64_t fingerprint : fingerprints)
    documents.push_back({.sentences = 1, .fingerprint = fingerprint});
  return documents;
}

std::vector<DocumentFacts> different(uint64_t count) {
  std::vector<uint64_t> fingerprints(count);
  std::iota(fingerprints.begin(), fingerprints.end(), 0);
  return documents_of(fingerprints);
}

TEST(DocumentSplit, DrawsAsManyAsAskedFor) {
  for (int64_t seed = 0; seed < 50; ++seed) {
    const auto parts = split_documents(different(40), {.dev = 7, .test = 12, .seed = seed});
    EXPECT_EQ(std::count(parts.begin(), parts.end(), SplitPart::kDev), 7);
    EXPECT_EQ(std::count(parts.begin(), parts.end(), SplitPart::kTest), 12);
    EXPECT_EQ(std::count(parts.begin(), parts.end(), SplitPart::kTrain), 21);
  }
}

TEST(DocumentSplit, IsDecidedByTheSeed) {
  const auto documents = different(100);
  const auto test_of = [&](const SplitOptions& options) {
    const auto parts = split_documents(documents, options);
    std::set<size_t> chosen;
    for (size_t i = 0; i < parts.size(); ++i)
      if (parts[i] == SplitPart::kTest) chosen.insert(i);
    return chosen;
  };
  EXPECT_EQ(test_of({.dev = 5, .test = 8, .seed = 3}), test_of({.dev = 30, .test = 8, .seed = 3}));
  EXPECT_NE(test_of({.dev = 5, .test = 8, .seed = 3}), test_of({.dev = 5, .test = 8, .seed = 4}));
}

TEST(DocumentSplit, GivesEveryDocumentTheSameChance) {
  std::vector<int> test(20), dev(20);
  for (int64_t seed = 0; seed < 4000; ++seed) {
    const auto parts = split_documents(different(20), {.dev = 3, .test = 5, .seed = seed});
    for (size_t i = 0; i < parts.size(); ++i) {
      test[i] += parts[i] == SplitPart::kTest;
      dev[i] += parts[i] == SplitPart::kDev;
    }
  }
  for (size_t i = 0; i < 20; ++i) {  // also the last one; limits of 5 standard deviations
    EXPECT_NEAR(test[i], 1000, 137) << i;
    EXPECT_NEAR(dev[i], 600, 113) << i;
  }
}

TEST(DocumentSplit, HasNoDocumentInTwoParts) {
  const std::vector<uint64_t> fingerprints = {1, 2, 1, 3, 4, 2, 5, 6, 1, 7};
  for (int64_t seed = 0; seed < 200; ++seed) {
    const auto parts =
        split_documents(documents_of(fingerprints), {.dev = 2, .test = 2, .seed = seed});
    std::map<uint64_t, std::set<SplitPart>> places;
    std::set<uint64_t> dev, test;
    for (size_t i = 0; i < parts.size(); ++i) {
      if (parts[i] == SplitPart::kDev || parts[i] == SplitPart::kTest) {
        EXPECT_TRUE((parts[i] == SplitPart::kDev ? dev : test).insert(fingerprints[i]).second);
      }
      if (parts[i] != SplitPart::kLeftOut) places[fingerprints[i]].insert(parts[i]);
    }
    EXPECT_EQ(dev.size() + test.size(), 4U);
    EXPECT_EQ(places.size(), 7U);  // no text is lost
    for (const auto& [fingerprint, in] : places) EXPECT_EQ(in.size(), 1U) << fingerprint;
  }
}

TEST(DocumentSplit, LeavesSomethingToTrainOn) {
  EXPECT_NO_THROW(split_documents(different(4), {.dev = 1, .test = 2}));
  EXPECT_THAT(message_of([] { split_documents(different(4), {.dev = 2, .test = 2}); }),
              HasSubstr("there are 4 different documents"));
  EXPECT_THROW(split_documents(documents_of({1, 1, 1}), {.dev = 1, .test = 0}), UsageError);
  EXPECT_THROW(split_documents({}, {.dev = 0, .test = 0}), UsageError);
}

TEST(DocumentSurvey, CountsWhatEachDocumentHas) {
  const TemporaryFolder folder;
  folder.write("t.en", "a b\tc\n\nd\n\n a b\tc \n\na b\tc\n\nd\n");
  folder.write("t.de", "A\n \nD  E\n\nA\n\n\n\nX\n");
  const auto read = [&](DocumentMarks marks) {
    const CorpusSpec spec = CorpusSpec::parse(folder.file("t.{}:en-de"), marks);
    return survey_documents(*open_parallel_text(spec, InvalidUtf8::kError));
  };
  const auto documents = read(DocumentMarks::kBlankLine);
  std::vector<int64_t> sentences, empty, source, target;
  for (const DocumentFacts& facts : documents) {
    sentences.push_back(facts.sentences);
    empty.push_back(facts.empty);
    source.push_back(facts.words[0]);
    target.push_back(facts.words[1]);
  }
  EXPECT_THAT(sentences, ElementsAre(1, 1, 1, 1, 1));
  EXPECT_THAT(empty, ElementsAre(0, 0, 0, 1, 0));
  EXPECT_THAT(source, ElementsAre(3, 1, 3, 3, 1));
  EXPECT_THAT(target, ElementsAre(1, 2, 1, 0, 1));
  EXPECT_EQ(documents[0].fingerprint, documents[3].fingerprint);  // of the source alone
  EXPECT_EQ(documents[1].fingerprint, documents[4].fingerprint);
  EXPECT_NE(documents[0].fingerprint, documents[1].fingerprint);
  EXPECT_NE(documents[0].fingerprint, documents[2].fingerprint);
  EXPECT_EQ(read(DocumentMarks::kNone).size(), 1U);
}

// Where sentences part is text too.
TEST(DocumentSurvey, TellsSentencesFromTheirJoin) {
  const TemporaryFolder folder;
  folder.write("t.en", "ab\nc\n\na\nbc\n\nabc\n");
  folder.write("t.de", "1\n2\n\n1\n2\n\n1\n");
  const CorpusSpec spec = CorpusSpec::parse(folder.file("t.{}:en-de"), DocumentMarks::kBlankLine);
  std::set<uint64_t> fingerprints;
  for (const auto& facts : survey_documents(*open_parallel_text(spec, InvalidUtf8::kError)))
    fingerprints.insert(facts.fingerprint);
  EXPECT_EQ(fingerprints.size(), 3U);
}

}  // namespace
}  // namespace nmt
