#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "nmt/support/atomic_file.h"
#include "tests/commands/program.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using ::testing::HasSubstr;

/// Ten documents of two or three sentences, parted by blank lines, without repetitions.
class Docid : public ::testing::Test {
 protected:
  Docid() {
    for (int document = 0; document < 10; ++document) {
      for (int sentence = 0; sentence < 2 + document % 2; ++sentence) {
        const std::string number = std::to_string(document) + std::to_string(sentence);
        source_ += "source " + number + "\n";
        target_ += "Ziel " + number + "\n";
      }
      source_ += "\n";
      target_ += "\n";
    }
    folder_.write("text.en", source_);
    folder_.write("text.de", target_);
  }

  ProgramResult docid(std::vector<std::string> words) const {
    words.insert(words.begin(), "docid");
    return run_program(words);
  }
  std::string file(const std::string& name) const { return folder_.file(name); }
  std::string read(const std::string& name) const { return read_file(folder_.file(name)); }

  TemporaryFolder folder_;
  std::string source_, target_;
};

std::string without_blank_lines(const std::string& text) {
  std::string result;
  for (const std::string& line : lines_of(text))
    if (!line.empty()) result += line + "\n";
  return result;
}

TEST_F(Docid, WritesIdsThatAreReadBack) {
  for (const std::string form : {"binary", "text"}) {
    const std::string built = file("built-" + form), again = file("again-" + form);
    const ProgramResult first = docid({"build", file("text.{}:en-de"), "--documents", "blank-line",
                                       "--id_format", form, "--output", built});
    ASSERT_EQ(first.exit_code, 0) << first.err;
    EXPECT_EQ(read_file(built + ".en"), without_blank_lines(source_));
    EXPECT_EQ(read_file(built + ".de"), without_blank_lines(target_));
    const ProgramResult second = docid({"build", built + ".{}:en-de", "--documents", "docid",
                                        "--id_format", form, "--output", again});
    ASSERT_EQ(second.exit_code, 0) << second.err;
    const std::string ids = form == "binary" ? ".docid" : ".docid.txt";
    EXPECT_EQ(read_file(again + ids), read_file(built + ids));
    const ProgramResult survey = docid({"check", built + ".{}:en-de", "--documents", "docid"});
    EXPECT_EQ(survey.exit_code, 0) << survey.out << survey.err;
    EXPECT_THAT(survey.out, HasSubstr(" 10 "));
  }
  EXPECT_EQ(read("built-binary.docid").size(), 25 * sizeof(int64_t));
  EXPECT_EQ(lines_of(read("built-text.docid.txt")).back(), "9");
}

TEST_F(Docid, SplitsWithoutLossOrOverlap) {
  const ProgramResult result = docid({"split", file("text.{}:en-de"), "--documents", "blank-line",
                                      "--dev", "2", "--test", "3", "--output", file("part")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  std::multiset<std::string> sentences;
  for (const std::string part : {"train", "dev", "test"})
    for (const std::string& line : lines_of(read("part." + part + ".en"))) sentences.insert(line);
  const std::vector<std::string> all = lines_of(without_blank_lines(source_));
  EXPECT_EQ(sentences, std::multiset<std::string>(all.begin(), all.end()));
  const ProgramResult apart =
      docid({"check", file("part.train.{}:en-de"), file("part.dev.{}:en-de"),
             file("part.test.{}:en-de"), "--documents", "docid"});
  EXPECT_EQ(apart.exit_code, 0) << apart.out;
  const ProgramResult common = docid(
      {"check", file("part.train.{}:en-de"), file("part.train.{}:en-de"), "--documents", "docid"});
  EXPECT_EQ(common.exit_code, 1);
  EXPECT_THAT(common.out, HasSubstr("5 of 5 documents"));

  // Into a folder, by the names that recipes read.
  const ProgramResult named = docid({"split", file("text.{}:en-de"), "--documents", "blank-line",
                                     "--dev", "2", "--test", "3", "--output", file("parts/")});
  EXPECT_EQ(named.exit_code, 0) << named.err;
  EXPECT_EQ(read("parts/dev.de"), read("part.dev.de"));

  // The development set of the split before would be in the parts of this one.
  const ProgramResult left = docid({"split", file("text.{}:en-de"), "--documents", "blank-line",
                                    "--dev", "0", "--test", "1", "--output", file("part")});
  EXPECT_EQ(left.exit_code, 2);
  EXPECT_THAT(left.err, HasSubstr("part.dev.en is there already"));
}

TEST_F(Docid, CombinesWithIdsOfTheirOwn) {
  const ProgramResult result =
      docid({"combine", file("text.{}:en-de"), file("text.{}:en-de"), "--documents", "blank-line",
             "--id_format", "text", "-o", file("both")});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read("both.en"), without_blank_lines(source_) + without_blank_lines(source_));
  EXPECT_EQ(lines_of(read("both.docid.txt")).back(), "19");
}

TEST_F(Docid, RefusesWhatDoesNotBelongTogether) {
  const ProgramResult seed = docid({"build", file("text.{}:en-de"), "--documents", "blank-line",
                                    "--seed", "2", "--output", file("x")});
  EXPECT_EQ(seed.exit_code, 2);
  EXPECT_THAT(seed.err, HasSubstr("--seed belongs to nmt docid split"));
  folder_.write("short.en", source_);
  folder_.write("short.de", target_.substr(0, target_.size() / 2));
  const ProgramResult uneven =
      docid({"build", file("short.{}:en-de"), "--documents", "blank-line", "--output", file("x")});
  EXPECT_EQ(uneven.exit_code, 1);
  EXPECT_THAT(uneven.err, HasSubstr("short.de"));
  EXPECT_FALSE(std::filesystem::exists(file("x.en")));
}

}  // namespace
}  // namespace nmt
