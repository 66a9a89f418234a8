// nmt docid as a process. How documents are drawn is tested in tests/data/document_split_test.cpp.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>
#include <sstream>

#include "nmt/support/atomic_file.h"
#include "nmt/support/document_ids.h"
#include "program.h"
#include "tests/temporary_folder.h"

namespace nmt::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

class DocidProgram : public ::testing::Test {
 protected:
  /// `documents` of one to three sentences, parted by blank lines.
  std::string write_corpus(const std::string& name, int first, int documents) const {
    std::string source, target;
    for (int d = first; d < first + documents; ++d) {
      for (int s = 0; s <= d % 3; ++s) {
        source += text("source ", d, " ", s, "\n");
        target += text("target ", d, " ", s, "\n");
      }
      source += "\n";
      target += "\n";
    }
    folder_.write(name + ".en", source);
    folder_.write(name + ".de", target);
    return corpus(name);
  }
  std::string corpus(const std::string& name) const {
    return "'" + folder_.file(name + ".{}:en-de") + "'";
  }
  std::string content(const std::string& name) const { return read_file(folder_.file(name)); }
  std::vector<int64_t> ids(const std::string& name) const {
    const std::string bytes = content(name);
    std::vector<int64_t> all;
    for (size_t at = 0; at < bytes.size(); at += 8) {
      DocumentIdBytes id{};
      bytes.copy(id.data(), id.size(), at);
      all.push_back(decode_document_id(id));
    }
    return all;
  }
  Outcome run(const std::string& arguments) const {
    return nmt_run("docid " + arguments + " --output '" + folder_.file("out") + "'");
  }
  TemporaryFolder folder_;
};

TEST_F(DocidProgram, BuildsFlatTextsWithIds) {
  folder_.write("t.tsv", "a\tA\tx\r\nb\t\tx\r\nc\tC\ty\r\n");
  const std::string table = folder_.file("t.tsv") + ":en-de";
  ASSERT_EQ(run("build " + table + " --documents tsv").exit_code, 0);
  EXPECT_EQ(content("out.en"), "a\nb\nc\n");
  EXPECT_EQ(content("out.de"), "A\n\nC\n");
  EXPECT_EQ(ids("out.docid"), (std::vector<int64_t>{0, 0, 1}));
  // The other form takes the place of the first, so that nobody reads ids of other text.
  ASSERT_EQ(run("build " + table + " --documents tsv --id_format text").exit_code, 0);
  EXPECT_EQ(content("out.docid.txt"), "0\n0\n1\n");
  EXPECT_FALSE(fs::exists(folder_.file("out.docid")));
}

TEST_F(DocidProgram, CombinesWithFreshIdsAndSplitsWithoutLoss) {
  const std::string a = write_corpus("a", 0, 20), b = write_corpus("b", 100, 15);
  ASSERT_EQ(run("combine " + a + " " + b).exit_code, 0);
  const std::vector<int64_t> combined = ids("out.docid");
  EXPECT_EQ(combined.back(), 34);
  ASSERT_EQ(
      nmt_run("docid split " + corpus("out") + " --documents docid --dev 4 --test 6 --seed 7 " +
              "--output '" + folder_.file("part") + "'")
          .exit_code,
      0);
  EXPECT_EQ(ids("part.dev.docid").back(), 3);
  EXPECT_EQ(ids("part.test.docid").back(), 5);
  EXPECT_EQ(ids("part.train.docid").back(), 24);
  const auto lines = [](std::string all) {
    std::multiset<std::string> result;
    std::istringstream in(std::move(all));
    for (std::string line; std::getline(in, line);) result.insert(line);
    return result;
  };
  for (const char* language : {".en", ".de"})
    EXPECT_EQ(lines(content(std::string("part.train") + language) +
                    content(std::string("part.dev") + language) +
                    content(std::string("part.test") + language)),
              lines(content(std::string("out") + language)));
  const Outcome check = nmt_run("docid check " + corpus("part.train") + " " + corpus("part.dev") +
                                " " + corpus("part.test") + " --documents docid");
  EXPECT_EQ(check.exit_code, 0) << check.out;
}

TEST_F(DocidProgram, SplitsWithoutADevSet) {
  const std::string a = write_corpus("a", 0, 9);
  ASSERT_EQ(run("split " + a + " --dev 0 --test 2").exit_code, 0);
  EXPECT_TRUE(fs::exists(folder_.file("out.test.en")));
  EXPECT_FALSE(fs::exists(folder_.file("out.dev.en")));
}

// What is on disk already must not be given up for a set that does not fit: here texts of 400 bytes
// fit, their ids of 1,600 do not.
TEST_F(DocidProgram, AFullDiskLeavesTheEarlierSet) {
  const std::string old = write_corpus("old", 0, 9);
  std::string lines;
  for (int i = 0; i < 100; ++i) lines += "a\n\nb\n\n";
  folder_.write("new.en", lines);
  folder_.write("new.de", lines);
  for (const std::string task : {"build ", "split --dev 0 --test 1 "}) {
    ASSERT_EQ(run(task + old).exit_code, 0);
    const std::string prefix = task == "build " ? "out" : "out.train";
    const std::string text = content(prefix + ".en"), ids = content(prefix + ".docid");
    const Outcome full = shell("trap '' XFSZ; ulimit -f 1; '" NMT_PROGRAM "' docid " + task +
                               corpus("new") + " --output '" + folder_.file("out") + "' 2>&1");
    EXPECT_EQ(full.exit_code, 1) << full.out;
    EXPECT_THAT(full.out, HasSubstr(".docid: cannot write"));
    EXPECT_EQ(content(prefix + ".en"), text) << task;
    EXPECT_EQ(content(prefix + ".docid"), ids) << task;
  }
}

TEST_F(DocidProgram, LeavesCopiesOfTestDocumentsOutOfTrain) {
  folder_.write("t.en", "a\n\na\n\na\n\nb\n");
  folder_.write("t.de", "A\n\nA\n\nB\n\nC\n");
  std::set<std::string> drawn;
  for (int seed = 0; seed < 12; ++seed) {
    const Outcome split = run(text("split ", corpus("t"), " --dev 0 --test 1 --seed ", seed));
    ASSERT_EQ(split.exit_code, 0) << split.out;
    const std::string test = content("out.test.en");
    drawn.insert(test);
    EXPECT_EQ(content("out.train.en"), test == "a\n" ? "b\n" : "a\na\na\n");
    EXPECT_EQ(split.out.find("2 copies of documents of dev and test") != std::string::npos,
              test == "a\n");
  }
  EXPECT_THAT(drawn, ::testing::ElementsAre("a\n", "b\n"));
}

TEST_F(DocidProgram, ChecksCorpora) {
  const std::string train = write_corpus("train", 0, 6), test = write_corpus("test", 5, 3);
  const Outcome clean = nmt_run("docid check " + train);
  EXPECT_EQ(clean.exit_code, 0);
  EXPECT_THAT(clean.out,
              ::testing::ContainsRegex("train.\\{\\}:en-de +6 +12 +2.0 +3 +36 +36 +0 +0\n"));
  const Outcome leak = nmt_run("docid check " + train + " " + test);
  EXPECT_EQ(leak.exit_code, 1);
  EXPECT_THAT(leak.out, HasSubstr("1 of 3 documents of "));
  EXPECT_THAT(leak.out, HasSubstr("document 1 is document 6 there"));
}

TEST_F(DocidProgram, SaysWhatIsWrong) {
  const std::string a = write_corpus("a", 0, 3);
  const auto fails = [](const std::string& arguments, int exit_code, const std::string& message) {
    const Outcome outcome = nmt_run("docid " + arguments);
    EXPECT_EQ(outcome.exit_code, exit_code) << arguments;
    EXPECT_THAT(outcome.out, HasSubstr(message)) << arguments;
  };
  const std::string output = " --output '" + folder_.file("out") + "'";
  fails("", 2, "build|split|combine|check is missing");
  fails("build", 2, "CORPUS... is missing");
  fails("build " + a, 2, "--output is needed");
  fails("build " + a + " " + a + output, 2, "takes one corpus, 2 are named");
  fails("build " + a + " --documents none" + output, 2, "there are no documents");
  fails("build " + a + " --dev 3" + output, 2, "--dev belongs to nmt docid split");
  fails("check " + a + output, 2, "writes no files");
  fails("split " + a + output, 2, "leave nothing to train on: there are 3 different documents");
  fails("combine " + a + " '" + folder_.file("a.{}:de-en") + "'" + output, 2,
        "of different languages: en-de and de-en");
  fails("build " + a + " --documents docid" + output, 1, "no such file of document ids");
  folder_.write("a.docid.txt", "1\n2\n1\n2\n1\n2\n1\n2\n1\n");
  fails("check " + a + " --documents docid", 1, "a.docid.txt:3: '1' comes back after '2'");
  // Its own input, by whatever name: marks would be lost, and ids of the other form removed.
  const std::string a_again = " --output '" + folder_.file("./a") + "'";
  fails("build " + a + a_again, 2, "a.en would be replaced while it is read");
  fails("combine " + a + " " + a + " --documents docid" + a_again, 2, "a.en would be replaced");
  folder_.write("ab.txt", "");
  fails("build '" + folder_.file("ab.txt") + "," + folder_.file("ab.txt") + "," +
            folder_.file("a.docid.txt") + ":en-de' --documents docid" + a_again,
        2, "a.docid.txt would be replaced");
  write_corpus("part.train", 0, 3);
  fails("split " + corpus("part.train") + " --output '" + folder_.file("part") + "'", 2,
        "part.train.en would be replaced");
  folder_.write("e.en", "\n\n");
  folder_.write("e.de", "\n\n");
  fails("build " + corpus("e") + output, 1, "there is no sentence");
  EXPECT_FALSE(fs::exists(folder_.file("out.en")));
  fails("--help", 0, "nmt docid split");
}

}  // namespace
}  // namespace nmt::testing
