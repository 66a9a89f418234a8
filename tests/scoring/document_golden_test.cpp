#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "nmt/scoring/bleu.h"
#include "nmt/scoring/chrf.h"
#include "nmt/scoring/document_scores.h"
#include "nmt/scoring/words.h"
#include "tests/scoring/sacrebleu.h"
#include "tests/temporary_folder.h"

// Document scores against make_document_golden.py: the fixture in golden/ everywhere, another one
// where there is sacreBLEU.

namespace nmt::scoring {
namespace {

using nlohmann::json;
using Documents = std::vector<std::vector<std::string>>;

DocumentText to_text(const json& documents) {
  DocumentText text;
  for (const auto& document : documents.get<Documents>()) {
    const size_t first = text.sentences.size();
    text.sentences.insert(text.sentences.end(), document.begin(), document.end());
    text.documents.push_back({first, text.sentences.size()});
    text.ids.push_back(std::to_string(text.documents.size()));
  }
  return text;
}

std::vector<LineRange> to_ranges(const std::vector<size_t>& sizes) {
  std::vector<LineRange> ranges;
  size_t first = 0;
  for (const size_t size : sizes) {
    ranges.push_back({first, first + size});
    first += size;
  }
  return ranges;
}

void compare(const std::vector<BucketScore>& ours, const json& theirs) {
  ASSERT_EQ(ours.size(), theirs.size());
  for (size_t i = 0; i < ours.size(); ++i) {
    EXPECT_EQ(ours[i].name, theirs[i]["name"]);
    EXPECT_EQ(ours[i].segments, theirs[i]["segments"]);
    EXPECT_NEAR(ours[i].score, theirs[i]["score"].get<double>(), 1e-10) << ours[i].name;
    EXPECT_NEAR(ours[i].length_ratio.value(), theirs[i]["length_ratio"].get<double>(), 1e-12);
  }
}

void compare(const DocumentMetricScores& ours, const json& theirs) {
  EXPECT_NEAR(ours.documents.value, theirs["documents"].get<double>(), 1e-10);
  EXPECT_NEAR(ours.instances->value, theirs["instances"].get<double>(), 1e-10);
  EXPECT_NEAR(ours.sentences.value, theirs["sentences"].get<double>(), 1e-10);
  ASSERT_EQ(ours.each_document.size(), theirs["each_document"].size());
  for (size_t i = 0; i < ours.each_document.size(); ++i)
    EXPECT_NEAR(ours.each_document[i], theirs["each_document"][i].get<double>(), 1e-10);
  compare(ours.by_sentence_length, theirs["by_sentence_length"]);
  compare(ours.by_position, theirs["by_position"]);
  compare(ours.by_document_length, theirs["by_document_length"]);
}

void compare_case(const json& fixture, const json& theirs) {
  const DocumentText reference = to_text(theirs["reference"]);
  const DocumentText hypothesis = to_text(theirs["hypothesis"]);
  std::vector<std::unique_ptr<Metric>> metrics;
  metrics.push_back(std::make_unique<Bleu>());
  metrics.push_back(std::make_unique<Chrf>());
  for (const auto& [name, alignment] :
       {std::pair{"pad", Alignment::kPad}, std::pair{"dp", Alignment::kEditDistance}}) {
    SCOPED_TRACE(name);
    const json& expected = theirs["expected"][name];
    const DocumentScores scores =
        score_documents({reference, hypothesis}, metrics,
                        {.alignment = alignment,
                         .instances = to_ranges(theirs["instances"].get<std::vector<size_t>>()),
                         .sentence_lengths = fixture["sentence_lengths"],
                         .document_lengths = fixture["document_lengths"],
                         .positions = fixture["positions"]});
    EXPECT_EQ(json(scores.aligned.sentences), expected["aligned"]);
    EXPECT_EQ(json(scores.aligned.realigned), theirs["realigned"]);
    compare(scores.metrics[0], expected["BLEU"]);
    compare(scores.metrics[1], expected["chrF2"]);
    const DocumentScores several =
        score_documents({reference, hypothesis, {to_text(theirs["further_reference"])}}, metrics,
                        {.alignment = alignment});
    for (size_t i = 0; i < metrics.size(); ++i) {
      const json& numbers = expected["several references"][i];
      EXPECT_NEAR(several.metrics[i].documents.value, numbers["documents"].get<double>(), 1e-10);
      EXPECT_NEAR(several.metrics[i].sentences.value, numbers["sentences"].get<double>(), 1e-10);
    }
  }
}

void compare_fixture(const std::string& folder) {
  std::ifstream in(folder + "/documents.json");
  const json fixture = json::parse(in);
  for (const auto& [line, words] :
       fixture["words"].get<std::vector<std::pair<std::string, std::vector<std::string>>>>()) {
    const auto ours = split_words(line);
    EXPECT_EQ(std::vector<std::string>(ours.begin(), ours.end()), words) << line;
  }
  ASSERT_GE(fixture["cases"].size(), 6U);
  for (const json& theirs : fixture["cases"]) compare_case(fixture, theirs);
}

TEST(DocumentGolden, Scores) {
  compare_fixture(std::string(NMT_SOURCE_DIR) + "/tests/scoring/golden");
}

TEST(DocumentOracle, SaysTheSameAboutOtherText) {
  if (!testing::has_sacrebleu()) GTEST_SKIP() << "no sacreBLEU: scripts/setup.sh --formats";
  const TemporaryFolder folder;
  const char* seed = std::getenv("NMT_ORACLE_SEED");
  const std::string command = "python3 '" + std::string(NMT_SOURCE_DIR) +
                              "/tests/scoring/make_document_golden.py' '" + folder.path() + "' " +
                              (seed != nullptr ? seed : "2");
  ASSERT_EQ(std::system(command.c_str()), 0);
  compare_fixture(folder.path());
}

}  // namespace
}  // namespace nmt::scoring
