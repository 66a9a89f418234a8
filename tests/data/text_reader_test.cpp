#include "data/text_reader.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "nmt/support/atomic_file.h"
#include "nmt/support/error.h"
#include "nmt/support/utf8.h"
#include "tests/data/compressed.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> read_all(const std::string& path,
                                  InvalidUtf8 policy = InvalidUtf8::kError) {
  std::vector<std::string> lines;
  LineReader reader(path, policy);
  while (const auto line = reader.next())
    lines.push_back(line->valid ? std::string(line->text) : "(invalid)");
  EXPECT_EQ(reader.line(), static_cast<int64_t>(lines.size()));
  return lines;
}

class TextReader : public testing::Test {
 protected:
  std::string write(const std::string& content, const std::string& name = "text") {
    write_file(folder_.file(name), content);
    return folder_.file(name);
  }
  TemporaryFolder folder_;
};

TEST_F(TextReader, SplitsLinesWhateverTheirEnds) {
  EXPECT_THAT(read_all(write("a\nb\n")), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(write("a\r\nb\r\n")), ElementsAre("a", "b"));
  EXPECT_THAT(read_all(write("a\n\n b \nlast")), ElementsAre("a", "", " b ", "last"));
  EXPECT_THAT(read_all(write("a\rb\n")), ElementsAre("a\rb"));
  EXPECT_THAT(read_all(write("\n")), ElementsAre(""));
  EXPECT_THAT(read_all(write("")), ElementsAre());
}

TEST_F(TextReader, RemovesTheByteOrderMarkOfTheFileOnly) {
  EXPECT_THAT(read_all(write("\xef\xbb\xbf"
                             "a\n\xef\xbb\xbf"
                             "b\n")),
              ElementsAre("a",
                          "\xef\xbb\xbf"
                          "b"));
  EXPECT_THAT(read_all(write("\xef\xbb\xbf")), ElementsAre(""));
}

TEST_F(TextReader, ReadsLongLines) {
  const std::string line(3'000'000, 'x');
  EXPECT_THAT(read_all(write("a\n" + line + "\nb\n")), ElementsAre("a", line, "b"));
}

TEST_F(TextReader, RecognisesCompressionByContent) {
  const std::string text = "erste Zeile\nzweite Zeile\n" + std::string(400'000, 'z') + "\n";
  const std::vector<std::string> lines = read_all(write(text));
  EXPECT_EQ(read_all(write(gzip(text), "no_suffix")), lines);
  EXPECT_EQ(read_all(write(zstd(text), "wrong.gz")), lines);
  EXPECT_EQ(read_all(write(gzip(""), "empty.gz")), std::vector<std::string>{});
  EXPECT_EQ(read_all(write(zstd(""), "empty.zst")), std::vector<std::string>{});
}

TEST_F(TextReader, RefusesPlainTextUnderTheNameOfACompressedFile) {
  for (const char* const name : {"page.gz", "page.zst"})
    EXPECT_THAT(message_of([&] { read_all(write("<html>not found</html>\n", name)); }),
                HasSubstr("this is not compressed, as its name says"));
}

TEST_F(TextReader, ReadsSeveralMembersAndFrames) {
  EXPECT_THAT(read_all(write(gzip("a\nb") + gzip("c\n") + std::string(512, '\0'))),
              ElementsAre("a", "bc"));
  EXPECT_THAT(read_all(write(zstd("a\nb") + zstd("") + zstd("c\n"))), ElementsAre("a", "bc"));
}

TEST_F(TextReader, SkipsFramesThatHoldNoText) {
  // As pzstd begins: four bytes with the size of the frame that follows.
  for (const char first : {'\x50', '\x5f'}) {
    const std::string skippable = first + std::string("\x2a\x4d\x18\x04\0\0\0size", 11);
    EXPECT_THAT(read_all(write(skippable + zstd("a\nb") + skippable + zstd("c\n"), "text.zst")),
                ElementsAre("a", "bc"));
    EXPECT_THAT(message_of([&] { read_all(write(skippable.substr(0, 9), "cut.zst")); }),
                HasSubstr("ends in the middle"));
  }
  EXPECT_THAT(read_all(write("P*M")), ElementsAre("P*M"));
  EXPECT_THAT(read_all(write("@*M\x18\n")), ElementsAre("@*M\x18"));
}

TEST_F(TextReader, RefusesTruncatedCompressedFiles) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
  for (const std::string& whole : {gzip(text), zstd(text)})
    for (const size_t size : {whole.size() - 1, whole.size() - 6, whole.size() / 2, size_t{20}})
      EXPECT_THAT(message_of([&] { read_all(write(whole.substr(0, size), "cut")); }),
                  HasSubstr("ends in the middle"))
          << size << " of " << whole.size();
}

TEST_F(TextReader, RefusesDamagedCompressedFiles) {
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
  std::string damaged = gzip(text);
  damaged[damaged.size() / 2] ^= 0x10;
  EXPECT_THROW(read_all(write(damaged)), Error);
  EXPECT_THAT(message_of([&] { read_all(write(gzip("a\n") + "rubbish")); }),
              HasSubstr("damaged gzip data"));
}

TEST_F(TextReader, NamesPlaceAndRemedyOfInvalidBytes) {
  const std::string path = write(
      "fine\nnot f\xfc"
      "r us\n");
  const std::string message = message_of([&] { read_all(path); });
  EXPECT_THAT(message, HasSubstr(path + ":2: not UTF-8: byte 6 of the line (0xfc)"));
  EXPECT_THAT(message, HasSubstr("data.invalid_utf8"));
  EXPECT_THAT(message_of([&] { read_all(write(std::string("ok\na\0b\n", 7), "nul")); }),
              HasSubstr(":2: NUL byte: byte 2"));
  EXPECT_THAT(read_all(path, InvalidUtf8::kReplace), ElementsAre("fine", "not f\xef\xbf\xbdr us"));
  EXPECT_THAT(read_all(path, InvalidUtf8::kDrop), ElementsAre("fine", "(invalid)"));
}

TEST_F(TextReader, RefusesFoldersAndMissingFiles) {
  EXPECT_THAT(message_of([&] { read_all(folder_.file("nothing")); }), HasSubstr("cannot open"));
  EXPECT_THAT(message_of([&] { read_all(folder_.file(".")); }), HasSubstr("is a folder"));
}

TEST_F(TextReader, DeliversALineOfAPipeAsSoonAsItIsThere) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int writer = ::open(pipe.c_str(), O_RDWR);  // stays open: reading on would wait for ever
  for (const std::string line : {"a", "", "(", "\x1f", "P", "P*"}) {
    ASSERT_EQ(::write(writer, (line + "\n").data(), line.size() + 1), std::ssize(line) + 1);
    LineReader reader(pipe);
    EXPECT_EQ(reader.next()->text, line);
  }
  ::close(writer);
}

TEST_F(TextReader, SaysWhereParallelFilesPart) {
  const std::string a = write("1\n2\n3\n4\n", "a"), b = write("1\n2\n", "b");
  for (const std::vector<std::string>& paths : {std::vector{a, b}, std::vector{b, a}}) {
    const std::string message = message_of([&] {
      ParallelReader reader(paths);
      while (reader.next()) {
      }
    });
    EXPECT_THAT(message, HasSubstr(a + " has 4"));
    EXPECT_THAT(message, HasSubstr(b + " has 2"));
    EXPECT_THAT(message, HasSubstr("part after line 2"));
  }
  ParallelReader equal({a, a, a});
  int64_t lines = 0;
  while (const auto line = equal.next()) {
    EXPECT_EQ((*line)[0].text, (*line)[2].text);
    ++lines;
  }
  EXPECT_EQ(lines, 4);
}

// An independent decoder: code point by code point, straight from the definition.
bool valid_by_definition(const std::string& bytes) {
  for (size_t i = 0; i < bytes.size();) {
    const auto at = [&](size_t k) {
      return i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0u;
    };
    size_t length = 0;
    uint32_t code = 0;
    if (at(0) < 0x80)
      length = 1, code = at(0);
    else if (at(0) >> 5 == 6)
      length = 2, code = at(0) & 31;
    else if (at(0) >> 4 == 14)
      length = 3, code = at(0) & 15;
    else if (at(0) >> 3 == 30)
      length = 4, code = at(0) & 7;
    else
      return false;
    for (size_t k = 1; k < length; ++k) {
      if (at(k) >> 6 != 2) return false;
      code = code << 6 | (at(k) & 63);
    }
    constexpr uint32_t smallest[] = {0, 1, 0x80, 0x800, 0x10000};
    if (code < smallest[length] || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
      return false;
    i += length;
  }
  return true;
}

TEST(Utf8, AgreesWithTheDefinitionOnRandomBytes) {
  uint64_t state = 1;
  const auto draw = [&](uint64_t n) {
    return (state = state * 6364136223846793005ULL + 1442695040888963407ULL) >> 33 & (n - 1);
  };
  const std::string interesting(
      "\x01\x7f\x80\x8f\x90\x9f\xa0\xbf\xc0\xc1\xc2\xdf\xe0\xe1\xed\xef\xf0\xf1\xf4\xf5\xff"
      "ab\0c\xe4\xbd\xa0\xf0\x9f\x98",
      31);
  for (int i = 0; i < 200'000; ++i) {
    std::string bytes(draw(32), 'x');
    for (uint64_t k = draw(8); k > 0 && !bytes.empty(); --k)
      bytes[draw(32) % bytes.size()] = interesting[draw(32) % interesting.size()];
    ASSERT_EQ(!find_invalid_utf8(bytes).has_value(), valid_by_definition(bytes))
        << testing::PrintToString(bytes);
    ASSERT_TRUE(valid_by_definition(replace_invalid_utf8(bytes)));
    if (valid_by_definition(bytes)) {
      ASSERT_EQ(replace_invalid_utf8(bytes), bytes);
    }
  }
}

TEST(Utf8, ReplacesEachMaximalInvalidPartOnce) {
  // Unicode 15, table 3-11.
  const std::string fffd = "\xef\xbf\xbd";
  EXPECT_EQ(replace_invalid_utf8("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"),
            fffd + fffd + fffd + fffd + "A");
  EXPECT_EQ(replace_invalid_utf8("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"),
            fffd + fffd + fffd + fffd + fffd + fffd + fffd + fffd + "A");
}

}  // namespace
}  // namespace nmt
