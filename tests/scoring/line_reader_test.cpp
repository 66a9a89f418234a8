#include "nmt/scoring/line_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt::scoring {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;
using Lines = std::vector<std::string>;

class LineReader : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return folder_.file(name); }
  std::string write(const std::string& name, const std::string& bytes) const {
    return folder_.write(name, bytes);
  }

  static std::string contents(const std::string& file) {
    std::ifstream in(file, std::ios::binary);
    return read_stream(in);
  }

  TemporaryFolder folder_;
};

TEST_F(LineReader, EndsLinesInFilesAtLineFeedsOnly) {
  EXPECT_EQ(read_lines(write("a", "one\r\ntwo\rstill two\n\nfour")),
            (Lines{"one\r", "two\rstill two", "", "four"}));
  EXPECT_EQ(read_lines(write("b", "")), Lines{});
  EXPECT_EQ(read_lines(write("c", "\n")), Lines{""});
}

TEST_F(LineReader, KnowsUniversalLineEnds) {
  EXPECT_EQ(split_lines("a\r\nb\rc\n\r\r\nd", LineEnds::kUniversal),
            (Lines{"a", "b", "c", "", "", "d"}));
}

TEST_F(LineReader, Decompresses) {
  std::string text;
  Lines lines;
  for (int i = 0; i < 40000; ++i) {
    lines.push_back("line " + std::to_string(i));
    text += lines.back() + '\n';
  }
  const std::string file = write("text", text);
  ASSERT_EQ(std::system(("gzip -k '" + file + "'").c_str()), 0);
  EXPECT_EQ(read_lines(file + ".gz"), lines);
  if (std::system(("zstd -q -k '" + file + "' 2> /dev/null").c_str()) == 0) {
    EXPECT_EQ(read_lines(file + ".zst"), lines);
  }

  // Files put one behind the other are one file.
  const std::string once = contents(file + ".gz");
  EXPECT_EQ(read_lines(write("twice.gz", once + once)).size(), 80000U);
  EXPECT_EQ(read_lines(write("empty.gz", "")), Lines{});
}

TEST_F(LineReader, NoticesDamage) {
  const std::string file = write("text", std::string(100000, 'x') + "y\n");
  ASSERT_EQ(std::system(("gzip -k '" + file + "'").c_str()), 0);
  const std::string whole = contents(file + ".gz");
  std::string flipped = whole;
  flipped[whole.size() / 2] ^= 4;
  EXPECT_THROW(read_lines(write("cut.gz", whole.substr(0, whole.size() - 5))), Error);
  EXPECT_THROW(read_lines(write("flipped.gz", flipped)), Error);
  EXPECT_THROW(read_lines(write("plain.gz", "just text\n")), Error);
  EXPECT_THROW(read_lines(write("plain.zst", "just text\n")), Error);
  EXPECT_THROW(read_lines(path("missing")), Error);
  EXPECT_THROW(read_lines(folder_.path()), Error);
}

TEST_F(LineReader, SaysWhereUtf8Ends) {
  const std::string file = write("bad",
                                 "fine\nalso fine é\nab\xFF"
                                 "cd\n");
  const std::string error = message_of([&] { read_lines(file); });
  EXPECT_TRUE(error.starts_with(file + ":3: invalid UTF-8 at byte 3 of the line")) << error;
}

TEST_F(LineReader, ReadsOtherEncodings) {
  EXPECT_EQ(read_lines(write("latin", "caf\xE9\n"), "latin-1"), Lines{"café"});
  EXPECT_EQ(read_lines(write("gb", "\xC4\xE3\xBA\xC3\n"), "gb18030"), Lines{"你好"});
  EXPECT_EQ(read_lines(write("utf8", "né\n"), "UTF_8"), Lines{"né"});
  EXPECT_THROW(read_lines(path("utf8"), "nonsense"), Error);
  EXPECT_THROW(read_lines(write("ascii", "caf\xE9\n"), "us-ascii"), Error);
}

TEST_F(LineReader, SaysWhereAnEncodingEnds) {
  EXPECT_THAT(message_of([&] { read_lines(write("ascii", "caf\xE9\n"), "us-ascii"); }),
              HasSubstr("ascii: this is not text in the encoding us-ascii: see byte 4"));
  EXPECT_THAT(message_of([&] { read_lines(write("odd", "a"), "utf-16le"); }),
              HasSubstr("see byte 1"));
}

TEST_F(LineReader, ConvertsLongTextsWhole) {
  std::string utf16("a\0", 2);
  std::string utf8 = "a";
  for (int i = 0; i < 5000; ++i) {
    utf16 += "\x3D\xD8\x00\xDE"s;  // U+1F600, a pair of surrogates
    utf8 += "😀";
  }
  EXPECT_EQ(read_lines(write("long", utf16), "utf-16le"), Lines{utf8});
}

}  // namespace
}  // namespace nmt::scoring
