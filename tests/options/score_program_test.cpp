// nmt score-documents, score-contrastive and score-language as processes. The numbers are tested in
// tests/scoring.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "program.h"
#include "tests/temporary_folder.h"

namespace nmt::testing {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

class ScoreProgram : public ::testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(folder_.file(name), std::ios::binary) << content;
    return folder_.file(name);
  }

  TemporaryFolder folder_;
};

TEST_F(ScoreProgram, Documents) {
  const std::string ref = write("ref", "a b c d e\nf g h i j\n\nk l m n o\n");
  const std::string hyp = write("hyp", "a b c d e f g h i j\n\nk l m n o\n");
  const Outcome refused = nmt_errors("score-documents " + ref + " " + hyp);
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.out, HasSubstr("1 of 2 documents do not have as many sentences"));
  const Outcome text = nmt_run("score-documents " + ref + " " + hyp + " --align dp");
  EXPECT_EQ(text.exit_code, 0);
  EXPECT_THAT(text.out, HasSubstr("d-BLEU|nrefs:1|unit:document|"));
  EXPECT_THAT(text.out, HasSubstr("s-chrF2|nrefs:1|unit:sentence|align:dp[1]|"));
  const Outcome object = nmt_run("score-documents " + ref + " " + hyp +
                                 " --align dp --metrics bleu --positions 2 --instances " +
                                 write("i", "1\n2\n3\n") + " --json");
  const json scores = json::parse(object.out);
  EXPECT_NEAR(scores["scores"][0]["instances"]["score"], 100, 1e-9);
  EXPECT_EQ(scores["scores"][0]["by_position"][1]["bucket"], "2+");
  EXPECT_EQ(scores["scores"].size(), 1U);
  const Outcome others =
      nmt_run("score-documents " + ref + " " + ref + " --metrics chrf++ ter --json");
  const json perfect = json::parse(others.out)["scores"];
  EXPECT_EQ(perfect[0]["documents"]["name"], "d-chrF2++");
  EXPECT_EQ(perfect[1]["documents"]["name"], "d-TER");
  EXPECT_EQ(perfect[1]["sentences"]["score"], 0) << others.out;
}

TEST_F(ScoreProgram, DocumentsWithSeveralReferences) {
  const std::string ref = write("ref", "a b c d e\n\nk l m n o\n");
  const std::string other = write("other", "a b c d z\n\nk l m n o\n");
  const std::string both = "score-documents " + ref + " " + other + " --json";
  EXPECT_LT(json::parse(nmt_run(both).out)["scores"][0]["documents"]["score"], 99);
  const json scores = json::parse(nmt_run(both + " --more_refs " + other).out)["scores"][0];
  EXPECT_NEAR(scores["documents"]["score"], 100, 1e-9);
  EXPECT_NEAR(scores["sentences"]["score"], 100, 1e-9);
  EXPECT_THAT(nmt_errors(both + " --more_refs " + write("more", "a\nb\n\nc\n")).out,
              HasSubstr("more: document 1 has 2 sentences, but 1 in " + ref));
}

TEST_F(ScoreProgram, DocumentsByIds) {
  const std::string ref = write("ref", "a b\n\nc d\n");
  const std::string ids = write("ids", "1\n1\n2\n");
  const std::string both = "score-documents " + ref + " " + ref + " --ids " + ids;
  EXPECT_EQ(json::parse(nmt_run(both + " --json").out)["documents"], 2);
  const Outcome twice = nmt_errors(both + " --documents d-tag");
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_THAT(twice.out, HasSubstr("--ids and --documents are two ways to say the same"));
}

TEST_F(ScoreProgram, DocumentsWithoutMarksAreOne) {
  const std::string ref = write("ref", "a\nb\n");
  EXPECT_THAT(nmt_errors("score-documents " + ref + " " + ref).out,
              HasSubstr("it is one document"));
  EXPECT_EQ(nmt_errors("score-documents " + ref).exit_code, 2);
  EXPECT_EQ(nmt_errors("score-documents " + ref + " " + ref + " --tokenize 14a").exit_code, 2);
  EXPECT_THAT(nmt_errors("score-documents " + ref + " " + ref + " --tokenizer_model m").out,
              HasSubstr("the tokenizer 13a uses no model"));
  EXPECT_EQ(nmt_errors("score-documents " + ref + " " + ref + " --metrics").exit_code, 2);
  EXPECT_THAT(nmt_errors("score-documents " + ref + " " + ref + " --metrics bleu bleu").out,
              HasSubstr("--metrics names bleu twice"));
}

TEST_F(ScoreProgram, DocumentsInBucketsThatDoNotIncrease) {
  // Before any file is opened.
  for (const std::string option : {"--sentence_lengths", "--document_lengths", "--positions"})
    for (const std::string numbers : {"3 3", "20 10"}) {
      const Outcome outcome =
          nmt_errors("score-documents no-file no-file " + option + " " + numbers);
      EXPECT_EQ(outcome.exit_code, 2);
      EXPECT_THAT(outcome.out, HasSubstr(option + " has " + numbers.substr(0, numbers.find(' ')) +
                                         " and then "));
    }
}

TEST_F(ScoreProgram, Contrastive) {
  const std::string items = write("items.json", R"([{"errors": [1]}, {"errors": [1]}])");
  const std::string scores = write("scores", "-1\n-2\n-3\n-3\n");
  EXPECT_THAT(nmt_run("score-contrastive " + items + " " + scores).out,
              HasSubstr("50.0 % (1 of 2)"));
  EXPECT_EQ(json::parse(nmt_run("score-contrastive --json " + items + " " + scores).out)["ties"],
            1);
  const Outcome outcome = nmt_errors("score-contrastive " + items + " " + write("few", "-1\n"));
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, HasSubstr("few: there are 1 scores for 4 translations"));
}

TEST_F(ScoreProgram, Language) {
  const std::string german = "Das Schiff verließ den Hafen früh am Morgen, und niemand winkte.\n";
  const std::string english = "The ship left the harbour early in the morning, and nobody waved.\n";
  const std::string hyp = write("hyp", german + english + "Ja.\n");
  const std::string ref = write("ref", german + german + german);
  const std::string verdicts = folder_.file("verdicts");
  const std::string line = "score-language --directions en-de --hyp " + hyp;
  const json result =
      json::parse(nmt_run(line + " --ref " + ref + " --json --verdicts " + verdicts).out);
  EXPECT_DOUBLE_EQ(result["directions"][0]["off_target"], 50);
  EXPECT_EQ(result["directions"][0]["counts"]["short"], 1);
  EXPECT_NEAR(result["directions"][0]["on_target"]["score"], 100, 1e-9);
  std::ifstream in(verdicts);
  std::string first;
  std::getline(in, first);
  EXPECT_EQ(first, "en-de\t1\ton-target\tde");
  EXPECT_THAT(nmt_run(line).out, HasSubstr("en-de          50.0 %"));
  EXPECT_EQ(nmt_errors(line + " " + hyp).exit_code, 2);
  EXPECT_EQ(nmt_errors(line + " --ref " + ref + " --tokenize 14a").exit_code, 2);
  EXPECT_THAT(nmt_errors(line + " --ref " + ref + " --tokenize spm --tokenizer_model no.model").out,
              HasSubstr("no.model"));
  EXPECT_THAT(nmt_errors(line + " --ref " + write("empty", "")).out,
              HasSubstr("there are 3 translations for 0 references"));
  EXPECT_THAT(nmt_errors(line + " --fasttext no.bin").out, HasSubstr("no.bin"));
  EXPECT_THAT(nmt_errors("score-language --directions en-xx --hyp " + hyp).out,
              HasSubstr("does not know the language 'xx'"));
  EXPECT_THAT(nmt_errors("score-language --directions en-GERMAN --hyp " + hyp).out,
              HasSubstr("does not know the language 'GERMAN'"));
  EXPECT_THAT(nmt_errors("score-language --directions xx-de --hyp " + hyp).out,
              HasSubstr("does not know the language 'xx'"));
}

TEST_F(ScoreProgram, LanguageWarnsOfAnIdentifierThatFails) {
  const std::string danish = "Skibet forlod havnen tidligt om morgenen, og ingen vinkede.\n";
  const std::string hyp = write("hyp", danish);
  const Outcome outcome =
      nmt_errors("score-language --directions en-fr --hyp " + hyp + " --ref " + hyp);
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_THAT(outcome.out, HasSubstr("only 0 % of the references"));
}

TEST_F(ScoreProgram, TestbedTakesATranslationOfEachLabelledLine) {
  const std::string labels =
      write("labels", R"({"line":1,"phenomenon":"language","accept":["Haus"],"reject":[]})"
                      "\n"
                      R"({"line":2,"phenomenon":"language","accept":["Baum"],"reject":[]})"
                      "\n");
  const std::string line = "testbed score --labels " + labels + " --hyp ";
  const Outcome right = nmt_run(line + write("right", "ein Haus\nein Wald\n"));
  EXPECT_EQ(right.exit_code, 0) << right.out;
  EXPECT_THAT(right.out, HasSubstr("50.0%"));
  for (const std::string hypotheses : {"ein Haus\n", "ein Haus\nein Wald\nmehr\n", ""}) {
    const std::string file = write("other", hypotheses);
    const Outcome refused = nmt_errors(line + file);
    EXPECT_EQ(refused.exit_code, 1) << refused.out;
    EXPECT_THAT(refused.out, HasSubstr(file + ": there are "));
    EXPECT_THAT(refused.out, HasSubstr(labels + " has labels of 2"));
  }
  EXPECT_EQ(nmt_errors("testbed score --labels " + folder_.path() + " --hyp " + labels).exit_code,
            1);
}

}  // namespace
}  // namespace nmt::testing
