#include "nmt/training/evaluations.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "nmt/support/atomic_file.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::HasSubstr;

Evaluation evaluation() {
  return {.set = "test.en-de",
          .checkpoint = "best",
          .update = 4000,
          .search = {{"decode.beam", "4"}, {"decode.lenpen", "0.6"}},
          .target_language = "de",
          .lines = 2,
          .hypotheses = "h.txt",
          .sources = "s.txt",
          .references = "r.txt",
          .scores = {{"BLEU", 31.25, "tok:13a", "BLEU|tok:13a = 31.2"}}};
}

/// As evaluation(), but with another value in one place that makes it another evaluation.
std::vector<Evaluation> others() {
  std::vector<Evaluation> others(8, evaluation());
  others[0].set = "news.en-de";
  others[1].checkpoint = "runs/b/checkpoints/best";
  others[2].update = 5000;
  others[3].models = {"runs/b"};
  others[4].search["decode.precision"] = "int8";
  others[5].search["decode.beam"] = "1";
  others[6].documents = "sliding128";
  others[7].checkpoint = "average";
  return others;
}

TEST(Evaluations, AreReadAsTheyWereSaved) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  EXPECT_TRUE(read_evaluations(run).empty());
  Evaluation saved = evaluation();
  saved.models = {"runs/b"};
  saved.documents = "whole";
  save_evaluation(run, saved);
  const std::vector<Evaluation> read = read_evaluations(run);
  ASSERT_EQ(read.size(), 1u);
  EXPECT_TRUE(read[0].is_same(saved));
  EXPECT_EQ(read[0].target_language, "de");
  EXPECT_EQ(read[0].lines, 2);
  EXPECT_EQ(read[0].hypotheses + read[0].sources + read[0].references, "h.txts.txtr.txt");
  ASSERT_EQ(read[0].scores.size(), 1u);
  EXPECT_EQ(read[0].scores[0].value, 31.25);
  EXPECT_EQ(read[0].scores[0].line, "BLEU|tok:13a = 31.2");
  EXPECT_EQ(read[0].describe_search(), "2 models, beam 4, lenpen 0.6, whole");
}

TEST(Evaluations, ReplaceOnlyTheSame) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  save_evaluation(run, evaluation());
  std::set<std::string> files = {hypotheses_file(evaluation())};
  for (const Evaluation& other : others()) {
    save_evaluation(run, other);
    EXPECT_TRUE(files.insert(hypotheses_file(other)).second) << hypotheses_file(other);
  }
  EXPECT_EQ(files.count("hypotheses.test.en-de.4000.beam4-lenpen0.6.txt"), 1u);
  EXPECT_EQ(read_evaluations(run).size(), 1 + others().size());
  Evaluation again = evaluation();
  again.scores[0].value = 32;
  save_evaluation(run, again);
  const std::vector<Evaluation> read = read_evaluations(run);
  ASSERT_EQ(read.size(), 1 + others().size());
  EXPECT_EQ(read.back().scores[0].value, 32);
}

TEST(Evaluations, OfADamagedFileAreLeftAlone) {
  const TemporaryFolder folder;
  const RunFolder run(folder.path());
  const std::string file = folder.write("scores.json", "[{},]");
  for (const auto& use : {std::function<void()>([&] { read_evaluations(run); }),
                          std::function<void()>([&] { save_evaluation(run, evaluation()); })})
    EXPECT_THAT(message_of(use), HasSubstr(file + ": is damaged"));
  EXPECT_EQ(read_file(file), "[{},]");
  folder.write("scores.json", R"([3, {}, {"set": "a", "checkpoint": "best", "scores": {"BLEU": 3}},
                                  {"set": "b", "checkpoint": "1", "update": "x"}])");
  EXPECT_EQ(read_evaluations(run).size(), 2u);
}

}  // namespace
}  // namespace nmt
