#include <gtest/gtest.h>

#include <algorithm>

#include "nmt/support/atomic_file.h"
#include "nmt/training/evaluations.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

std::vector<std::string> translate(std::vector<std::string> more = {}) {
  std::vector<std::string> arguments = {"translate", small_run().run, "--threads", "1"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

TEST(Translate, OneLineOutForEachLineInWhateverItIs) {
  std::string long_line;
  while (long_line.size() < 20000) long_line += "The old woman sees a house. ";
  const std::string odd = std::string("\n   \n\t\nHello\r\n") + "caf\xc3\xa9 \xf0\x9f\x98\x80\n" +
                          "bad \xff\xfe bytes\n" + std::string("nul \0 byte\n", 11) +
                          "<s> </s> <lang:de> \xe2\x96\x81\n" + long_line +
                          "\n\xe2\x80\xa8 line separator\nlast line without an end";
  const ProgramResult result = run_program(translate(), odd);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(std::count(result.out.begin(), result.out.end(), '\n'), 11) << result.out;
  const std::vector<std::string> lines = lines_of(result.out);
  EXPECT_EQ(lines[0], "");
  EXPECT_EQ(lines[1], "");
  EXPECT_EQ(lines[2], "");
  EXPECT_NE(result.err.find("translated in parts"), std::string::npos) << result.err;
}

TEST(Translate, EmptyInputGivesEmptyOutput) {
  const ProgramResult result = run_program(translate(), "");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "");
}

TEST(Translate, BatchSizeDoesNotChangeTranslations) {
  const std::string input = first_lines(60);
  const ProgramResult batched = run_program(translate(), input);
  const ProgramResult single = run_program(translate({"--decode.batch_sentences", "1"}), input);
  ASSERT_EQ(batched.exit_code, 0) << batched.err;
  EXPECT_EQ(batched.out, single.out);
}

TEST(Translate, FilesEqualPipes) {
  const TemporaryFolder folder;
  const std::string input = first_lines(10);
  write_file(folder.file("in"), input);
  const ProgramResult piped = run_program(translate(), input);
  const ProgramResult filed =
      run_program(translate({"--input", folder.file("in"), "--output", folder.file("out")}));
  ASSERT_EQ(filed.exit_code, 0) << filed.err;
  EXPECT_EQ(read_file(folder.file("out")), piped.out);
}

TEST(Translate, NBestIsSortedAndBeginsWithTheBest) {
  const std::string input = first_lines(5);
  const ProgramResult best = run_program(translate(), input);
  const ProgramResult many =
      run_program(translate({"--decode.n_best", "3", "--format", "nbest"}), input);
  ASSERT_EQ(many.exit_code, 0) << many.err;
  const std::vector<std::string> one = lines_of(best.out), all = lines_of(many.out);
  double previous = 0;
  size_t seen = 0;
  std::string number;
  for (const std::string& line : all) {
    const size_t first = line.find(" ||| "), second = line.rfind(" ||| ");
    const double score = std::stod(line.substr(second + 5));
    if (line.substr(0, first) != number) {
      number = line.substr(0, first);
      EXPECT_EQ(number, std::to_string(seen));
      EXPECT_EQ(line.substr(first + 5, second - first - 5), one[seen]);
      ++seen;
    } else {
      EXPECT_LE(score, previous);
    }
    previous = score;
  }
  EXPECT_EQ(seen, 5u);
  EXPECT_EQ(all.size(), 3 * one.size());
}

TEST(Translate, PrefixesAreKept) {
  const TemporaryFolder folder;
  write_file(folder.file("prefix"), "Gestern hat\n\nDer\n");
  const ProgramResult result =
      run_program(translate({"--prefix", folder.file("prefix")}), first_lines(3));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  EXPECT_TRUE(lines[0].starts_with("Gestern hat")) << lines[0];
  EXPECT_TRUE(lines[2].starts_with("Der")) << lines[2];
  const ProgramResult short_file =
      run_program(translate({"--prefix", folder.file("prefix")}), first_lines(4));
  EXPECT_EQ(short_file.exit_code, 1);
  // Of too many lines it is said at the end, when the translations are where they belong.
  for (const bool to_file : {false, true}) {
    std::vector<std::string> more = {"--prefix", folder.file("prefix")};
    if (to_file) more.insert(more.end(), {"--output", folder.file("out")});
    const ProgramResult long_file = run_program(translate(more), first_lines(2));
    EXPECT_EQ(long_file.exit_code, 1);
    EXPECT_NE(long_file.err.find("prefix: has more lines than the input"), std::string::npos)
        << long_file.err;
    EXPECT_EQ(to_file ? read_file(folder.file("out")) : long_file.out,
              lines[0] + "\n" + lines[1] + "\n");
  }
}

TEST(Translate, AnEnsembleOfAModelWithItselfIsThatModel) {
  const std::string input = first_lines(10);
  const ProgramResult single = run_program(translate(), input);
  const ProgramResult ensemble = run_program(translate({"--models", small_run().run}), input);
  ASSERT_EQ(ensemble.exit_code, 0) << ensemble.err;
  EXPECT_EQ(ensemble.out, single.out);
}

TEST(Translate, AnEnsembleNeedsOneKindOfTags) {
  const TemporaryFolder folder;
  const std::string tagged = folder.file("tagged");
  const ProgramResult trained =
      train(tagged, {"--train.max_updates", "2", "--data.target_tag", "true", "--vocabulary.file",
                     small_run().run + "/vocab.model"});
  ASSERT_EQ(trained.exit_code, 0) << trained.err;
  const ProgramResult result = run_program(translate({"--models", tagged}), first_lines(1));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("its language tags are not those of"), std::string::npos) << result.err;
}

TEST(Translate, ErrorsNameTheRemedy) {
  const ProgramResult missing = run_program({"translate", "/nonexistent-run"});
  EXPECT_EQ(missing.exit_code, 1);
  EXPECT_NE(missing.err.find("/nonexistent-run"), std::string::npos);
  const ProgramResult option = run_program(translate({"--decode.beem", "3"}));
  EXPECT_EQ(option.exit_code, 2);
  EXPECT_NE(option.err.find("decode.beam"), std::string::npos) << option.err;
  const ProgramResult checkpoint = run_program(translate({"--checkpoint", "77"}));
  EXPECT_EQ(checkpoint.exit_code, 1);
  EXPECT_NE(checkpoint.err.find("120"), std::string::npos) << checkpoint.err;
}

TEST(Translate, DamagedLanguagesAreNamed) {
  const TemporaryFolder folder;
  const std::string run = copy_run(small_run().run, folder), file = run + "/languages.json";
  const std::string whole = read_file(file);
  for (const std::string& damaged :
       {whole.substr(0, whole.size() / 2), std::string(R"({"languages": ["en", "de"]})"),
        std::string(R"({"directions": ["ende"]})"), std::string(R"({"directions": []})")}) {
    write_file(file, damaged);
    const ProgramResult result = run_program({"translate", run}, "A house.\n");
    EXPECT_EQ(result.exit_code, 1) << damaged;
    EXPECT_NE(result.err.find(file + ": damaged"), std::string::npos) << damaged << result.err;
  }
}

/// The translations of the newest evaluation.
std::string newest_hypotheses(const RunFolder& run) {
  const std::string name = read_evaluations(run).back().hypotheses;
  EXPECT_TRUE(name.starts_with("hypotheses.test.en-de.120.beam")) << name;
  return run.file(name);
}

TEST(Evaluate, ScoresAreThoseOfNmtScore) {
  const TemporaryFolder folder;
  const RunFolder run(copy_run(small_run().run, folder));
  const ProgramResult result =
      run_program({"evaluate", run.path(), "--threads", "1", "--decode.beam", "1"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const std::string hypotheses = newest_hypotheses(run);
  const ProgramResult score = run_program({"score", small_run().text("test.de"), "-i", hypotheses,
                                           "-m", "bleu", "-f", "text", "-w", "2"});
  ASSERT_EQ(score.exit_code, 0) << score.err;
  EXPECT_NE(result.out.find(lines_of(score.out).front()), std::string::npos)
      << result.out << score.out;
  // Another search leaves these translations alone.
  const std::string greedy = read_file(hypotheses);
  ASSERT_EQ(run_program({"evaluate", run.path(), "--threads", "1", "--decode.beam", "2",
                         "--decode.lenpen", "0.5", "--metrics", "chrf++", "ter"})
                .exit_code,
            0);
  EXPECT_EQ(read_file(hypotheses), greedy);
  EXPECT_NE(newest_hypotheses(run), hypotheses);
  EXPECT_FALSE(read_file(newest_hypotheses(run)).empty());
  // The run folder holds what a comparison needs.
  EXPECT_EQ(read_file(run.file("references.test.en-de.txt")),
            read_file(small_run().text("test.de")));
  const ProgramResult compared =
      run_program({"compare", run.path(), run.path(), "--names", "one", "two"});
  EXPECT_EQ(compared.exit_code, 0) << compared.err;
  EXPECT_NE(compared.out.find("test.en-de"), std::string::npos) << compared.out;
}

TEST(Inspect, ShowsRunsCheckpointsAndCorpora) {
  for (const char* part : {"", "/checkpoints/last", "/data/train-1"}) {
    const ProgramResult result = run_program({"inspect", small_run().run + part});
    EXPECT_EQ(result.exit_code, 0) << part << result.err;
    EXPECT_NE(result.out.find("kind:"), std::string::npos);
  }
  EXPECT_EQ(run_program({"inspect", "/tmp"}).exit_code, 1);
}

}  // namespace
}  // namespace nmt
