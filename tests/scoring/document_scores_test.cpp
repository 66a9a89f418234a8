#include "nmt/scoring/document_scores.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/document_report.h"
#include "nmt/support/error.h"
#include "tests/message_of.h"

// The numbers themselves are compared with sacreBLEU's in document_golden_test.cpp.

namespace nmt::scoring {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const DocumentText kReference{
    "ref", {"a b c d e", "f g h i j", "k l m n o"}, {{0, 2}, {2, 3}}, {"x", "y"}};
// The first document in one line, with one wrong word; the second is right.
const DocumentText kHypothesis{
    "hyp", {"a b c d e f g h i z", "k l m n o"}, {{0, 1}, {1, 2}}, {"x", "y"}};

const DocumentSet kSet{kReference, kHypothesis};

std::vector<std::unique_ptr<Metric>> bleu() {
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(std::make_unique<Bleu>());
  return metrics;
}

DocumentMetricScores score(const DocumentScoreOptions& options) {
  return score_documents(kSet, bleu(), options).metrics.front();
}

TEST(DocumentScores, WorkedExample) {
  const auto scores = score({.alignment = Alignment::kEditDistance});
  // 14 of 15 words, 12 of 13 pairs, 10 of 11 triples and 8 of 9 quadruples of words match.
  EXPECT_NEAR(scores.documents.value, 100 * std::pow(14.0 / 15 * 12 / 13 * 10 / 11 * 8 / 9, 0.25),
              1e-10);
  // By sentence: 14 of 15, 11 of 12, 8 of 9, 5 of 6.
  EXPECT_NEAR(scores.sentences.value, 100 * std::pow(14.0 / 15 * 11 / 12 * 8 / 9 * 5 / 6, 0.25),
              1e-10);
  EXPECT_NEAR(scores.each_document.at(1), 100, 1e-10);
  ASSERT_EQ(scores.by_position.size(), 2U);
  EXPECT_EQ(scores.by_position[0].name, "1");
  EXPECT_NEAR(scores.by_position[0].score, 100, 1e-10);
  EXPECT_EQ(scores.by_position[1].segments, 1U);
  EXPECT_NEAR(scores.by_position[1].score, 100 * std::pow(4.0 / 5 * 3 / 4 * 2 / 3 * 1 / 2, 0.25),
              1e-10);
}

TEST(DocumentScores, DocumentsDependOnNeitherInstancesNorAlignment) {
  const auto pad = score({.alignment = Alignment::kPad});
  const auto dp = score({.alignment = Alignment::kEditDistance,
                         .instances = std::vector<LineRange>{{0, 1}, {1, 2}, {2, 3}}});
  EXPECT_EQ(pad.documents.value, dp.documents.value);
  EXPECT_EQ(pad.each_document, dp.each_document);
  EXPECT_NE(pad.sentences.value, dp.sentences.value);
  EXPECT_EQ(dp.instances->value, dp.sentences.value);  // an instance a sentence
  const auto whole = score(
      {.alignment = Alignment::kEditDistance, .instances = std::vector<LineRange>{{0, 2}, {2, 3}}});
  EXPECT_EQ(whole.instances->value, whole.documents.value);
}

TEST(DocumentScores, SignaturesTellUnitsAndAlignment) {
  const auto scores =
      score({.alignment = Alignment::kPad, .instances = std::vector<LineRange>{{0, 2}, {2, 3}}});
  EXPECT_THAT(to_line(scores.documents), HasSubstr("d-BLEU|nrefs:1|unit:document|case:mixed|"));
  EXPECT_THAT(to_line(*scores.instances), HasSubstr("d-BLEU|nrefs:1|unit:instance|align:pad[1]|"));
  EXPECT_THAT(to_line(scores.sentences), HasSubstr("s-BLEU|nrefs:1|unit:sentence|align:pad[1]|"));
  const auto equal = score_documents({kReference, kReference}, bleu()).metrics.front();
  EXPECT_THAT(to_line(equal.sentences), Not(HasSubstr("align")));
}

TEST(DocumentScores, RefusesUnequalCountsByDefault) {
  EXPECT_THROW(score({}), Error);
}

// The wrong word is right by the second reference: all matches, as document and as sentence.
TEST(DocumentScores, CountMatchesWithAnyReference) {
  DocumentSet set = kSet;
  DocumentText other = kReference;
  other.sentences[1] = "f g h i z";
  set.more_references = {other};
  const auto scores = score_documents(set, bleu(),
                                      {.alignment = Alignment::kEditDistance,
                                       .instances = std::vector<LineRange>{{0, 1}, {1, 2}, {2, 3}}})
                          .metrics.front();
  for (const Score& each : {scores.documents, scores.sentences, *scores.instances}) {
    EXPECT_NEAR(each.value, 100, 1e-10) << each.name;
    EXPECT_THAT(to_line(each), HasSubstr("|nrefs:2|"));
  }
  EXPECT_NEAR(scores.by_position.at(1).score, 100, 1e-10);
  EXPECT_NEAR(scores.each_document.at(0), 100, 1e-10);
}

TEST(DocumentScores, RefuseAReferenceWithOtherSentences) {
  DocumentSet set{kReference, kReference, {kHypothesis}};
  EXPECT_THAT(message_of([&] { score_documents(set, bleu()); }),
              HasSubstr("hyp: document 1 has 1 sentences, but 2 in ref"));
  set.more_references[0] = kReference;
  set.more_references[0].documents.pop_back();
  EXPECT_THAT(message_of([&] { score_documents(set, bleu()); }),
              HasSubstr("document 2 has 0 sentences, but 1 in ref"));
}

TEST(DocumentReport, SaysHowManyDocumentsWereAligned) {
  const auto scores = score_documents(kSet, bleu(), {.alignment = Alignment::kEditDistance});
  const std::string text = to_text(scores, kSet);
  EXPECT_THAT(text, HasSubstr("2 documents, 3 sentences; the translation has 2 sentences\n"));
  EXPECT_THAT(text, HasSubstr("another number of sentences: 1 document (x)\n"));
  EXPECT_THAT(text, HasSubstr("\ns-BLEU by position in the document\n"));
  EXPECT_THAT(text, HasSubstr("           1           2      100.00          1.000\n"));
  const std::string equal =
      to_text(score_documents({kReference, kReference}, bleu()), {kReference, kReference});
  EXPECT_THAT(equal, Not(HasSubstr("aligned")));
}

TEST(DocumentReport, WritesJson) {
  const auto scores = score_documents(kSet, bleu(), {.alignment = Alignment::kEditDistance});
  const auto json = nlohmann::json::parse(to_json(scores, kSet));
  EXPECT_EQ(json["sentences"], 3);
  EXPECT_EQ(json["hypothesis_sentences"], 2);
  EXPECT_EQ(json["realigned"], nlohmann::json({"x"}));
  const auto& metric = json["scores"][0];
  EXPECT_EQ(metric["documents"]["name"], "d-BLEU");
  EXPECT_EQ(metric["documents"]["score"], scores.metrics[0].documents.value);
  EXPECT_EQ(metric["each_document"][0]["id"], "x");
  EXPECT_EQ(metric["each_document"][0]["hypothesis_sentences"], 1);
  EXPECT_EQ(metric["by_position"][1]["segments"], 1);
}

TEST(Buckets, NameAndFindTheirNumbers) {
  const Buckets buckets(1, {2, 3, 10});
  const std::vector<std::string> names = {"1", "2", "3-9", "10+"};
  ASSERT_EQ(buckets.size(), names.size());
  for (size_t i = 0; i < names.size(); ++i) EXPECT_EQ(buckets.name(i), names[i]);
  EXPECT_EQ(buckets.find(1), 0U);
  EXPECT_EQ(buckets.find(2), 1U);
  EXPECT_EQ(buckets.find(9), 2U);
  EXPECT_EQ(buckets.find(1000), 3U);
  EXPECT_EQ(Buckets(0, {}).name(0), "0+");
}

TEST(Buckets, RefuseNumbersThatDoNotIncrease) {
  EXPECT_THROW(Buckets(0, {10, 10}), Error);
  EXPECT_THROW(Buckets(1, {1}), Error);
  EXPECT_THROW(Buckets(0, {20, 10}), Error);
}

}  // namespace
}  // namespace nmt::scoring
