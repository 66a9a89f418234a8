#include "nmt/scoring/sentence_alignment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmt/support/error.h"
#include "tests/message_of.h"

namespace nmt::scoring {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

DocumentText document_text(const std::vector<Lines>& documents) {
  DocumentText text{"file", {}, {}, {}};
  for (const Lines& document : documents) {
    const size_t first = text.sentences.size();
    text.sentences.insert(text.sentences.end(), document.begin(), document.end());
    text.documents.push_back({first, text.sentences.size()});
    text.ids.push_back("doc" + std::to_string(text.documents.size()));
  }
  return text;
}

const DocumentText kReference = document_text({{"a b", "c d"}, {"e f", "g h", "i j"}});

TEST(SentenceAlignment, TakesEqualDocumentsAsTheyAre) {
  const DocumentText hypothesis = document_text({{"x", ""}, {"", "y", "z"}});
  for (const auto how : {Alignment::kNone, Alignment::kPad, Alignment::kEditDistance}) {
    const AlignedText aligned = align_sentences(hypothesis, kReference, how);
    EXPECT_EQ(aligned.sentences, (Lines{"x", "", "", "y", "z"}));
    EXPECT_TRUE(aligned.realigned.empty());
  }
}

TEST(SentenceAlignment, RefusesErrorsThatCancelInTheTotal) {
  const DocumentText hypothesis = document_text({{"a b", "c", "d"}, {"e f", "g h i j"}});
  ASSERT_EQ(hypothesis.sentences.size(), kReference.sentences.size());
  const std::string error =
      message_of([&] { align_sentences(hypothesis, kReference, Alignment::kNone); });
  EXPECT_THAT(error, HasSubstr("2 of 2 documents"));
  EXPECT_THAT(error, HasSubstr("document doc1: 3 instead of 2"));
  EXPECT_THAT(error, HasSubstr("--align dp"));
}

TEST(SentenceAlignment, PadsAndJoins) {
  const DocumentText hypothesis = document_text({{"a b", "c", "d"}, {"e f", "g h i j"}});
  const AlignedText aligned = align_sentences(hypothesis, kReference, Alignment::kPad);
  EXPECT_EQ(aligned.sentences, (Lines{"a b", "c d", "e f", "g h i j", ""}));
  EXPECT_EQ(aligned.realigned, (std::vector<size_t>{0, 1}));
}

TEST(SentenceAlignment, CutsAgain) {
  const DocumentText hypothesis = document_text({{"a b", "c d"}, {"e f", "g h i j"}});
  const AlignedText aligned = align_sentences(hypothesis, kReference, Alignment::kEditDistance);
  EXPECT_EQ(aligned.sentences, (Lines{"a b", "c d", "e f", "g h", "i j"}));
  EXPECT_EQ(aligned.realigned, (std::vector<size_t>{1}));
}

TEST(SentenceAlignment, AnUntranslatedDocumentIsEmptySentences) {
  const DocumentText hypothesis = document_text({{"a b", "c d"}, {}});
  for (const auto how : {Alignment::kPad, Alignment::kEditDistance})
    EXPECT_EQ(align_sentences(hypothesis, kReference, how).sentences,
              (Lines{"a b", "c d", "", "", ""}));
}

TEST(SentenceAlignment, RefusesAnotherNumberOfDocuments) {
  EXPECT_THROW(align_sentences(document_text({{"a"}}), kReference, Alignment::kPad), Error);
}

}  // namespace
}  // namespace nmt::scoring
