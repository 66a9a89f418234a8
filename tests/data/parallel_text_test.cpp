#include "data/parallel_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "nmt/support/document_ids.h"
#include "tests/data/compressed.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

/// Each pair as "source=target", "#" in front of those that begin a document, "(invalid)" for those
/// that are not UTF-8.
Lines read_all(const CorpusSpec& spec, InvalidUtf8 policy = InvalidUtf8::kError) {
  Lines all;
  const auto reader = open_parallel_text(spec, policy);
  while (const auto pair = reader->next())
    all.push_back(
        std::string(pair->begins_document ? "#" : "") +
        (pair->valid ? std::string(pair->source) + "=" + std::string(pair->target) : "(invalid)"));
  return all;
}

std::string binary(const std::vector<int64_t>& ids) {
  std::string bytes;
  for (const int64_t id : ids)
    for (const char byte : encode_document_id(id)) bytes += byte;
  return bytes;
}

class ParallelTextTest : public testing::Test {
 protected:
  Lines read(const std::string& source, const std::string& target, DocumentMarks documents,
             InvalidUtf8 policy = InvalidUtf8::kError) const {
    folder_.write("t.en", source);
    folder_.write("t.de", target);
    return read_all(CorpusSpec::parse(folder_.file("t.{}:en-de"), documents), policy);
  }
  Lines read_tsv(const std::string& rows, InvalidUtf8 policy = InvalidUtf8::kError) const {
    return read_all(CorpusSpec::parse(folder_.write("t.tsv", rows) + ":en-de", DocumentMarks::kTsv),
                    policy);
  }
  std::string error(const std::string& source, const std::string& target,
                    DocumentMarks documents) const {
    return message_of([&] { read(source, target, documents); });
  }
  TemporaryFolder folder_;
};

TEST_F(ParallelTextTest, WithoutDocumentsHasEveryLine) {
  EXPECT_THAT(read("a\n\n\nb\n", "A\n\nC\n<d>\n", DocumentMarks::kNone),
              ElementsAre("a=A", "=", "=C", "b=<d>"));
  EXPECT_THAT(read("", "", DocumentMarks::kNone), ElementsAre());
}

TEST_F(ParallelTextTest, BlankLinesEndDocuments) {
  EXPECT_THAT(read("\n\na\nb\n\n \nc\n\n", "\n\nA\n\n\t\n\nC\n\n", DocumentMarks::kBlankLine),
              ElementsAre("#a=A", "b=", "#c=C"));
  EXPECT_THAT(read("\n \n\n", "\n\n\t\n", DocumentMarks::kBlankLine), ElementsAre());
  EXPECT_THAT(read("", "", DocumentMarks::kBlankLine), ElementsAre());
  EXPECT_THAT(error("a\n\nb\n", "A\n\n", DocumentMarks::kBlankLine), HasSubstr("t.de:2"));
}

TEST_F(ParallelTextTest, DTagsBeginDocuments) {
  EXPECT_THAT(
      read("<d>\na\n\n<d>\n<d>\nb\n", "<d>\r\nA\r\n\r\n<d>\r\n<d>\r\nB\r\n", DocumentMarks::kDTag),
      ElementsAre("#a=A", "=", "#b=B"));
  // Text before the first tag is a document too; what is not exactly the tag is text.
  EXPECT_THAT(read("a\n<d>\n <d>\n", "A\n<d>\n<d> \n", DocumentMarks::kDTag),
              ElementsAre("#a=A", "# <d>=<d> "));
  EXPECT_THAT(read("<d>\n", "<d>\n", DocumentMarks::kDTag), ElementsAre());
  EXPECT_THAT(error("<d>\na\n<d>\n", "<d>\nA\nB\n", DocumentMarks::kDTag),
              AllOf(HasSubstr("t.en:3: a document begins here"), HasSubstr("line 3 of "),
                    HasSubstr("t.de")));
  EXPECT_THAT(error("a\n", "<d>\n", DocumentMarks::kDTag), HasSubstr("t.de:1: a document begins"));
}

TEST_F(ParallelTextTest, IdsGroupLines) {
  const std::vector<int64_t> ids = {-5, -5, int64_t{1} << 40, int64_t{1} << 40, 0};
  const Lines expected = {"#a=A", "=", "#b=", "c=C", "#d=D"};
  for (const auto& [name, content] :
       {std::pair{"t.docid", binary(ids)},
        std::pair{"t.docid.txt", std::string("-5\r\n-5 \n1099511627776"
                                             "\n1099511627776\n0")}}) {
    folder_.write(name, content);
    EXPECT_EQ(read("a\n\nb\nc\nd\n", "A\n\n\nC\nD\n", DocumentMarks::kDocid), expected) << name;
    std::filesystem::remove(folder_.file(name));
  }
  // By name, compressed.
  const std::string spec = folder_.file("t.en") + "," + folder_.file("t.de") + "," +
                           folder_.write("ids.docid.gz", gzip(binary(ids))) + ":en-de";
  EXPECT_EQ(read_all(CorpusSpec::parse(spec, DocumentMarks::kDocid)), expected);
}

TEST_F(ParallelTextTest, RefusesIdsThatDoNotFit) {
  const auto fails = [&](const std::string& name, const std::string& content) {
    folder_.write(name, content);
    const std::string message = error("a\nb\nc\n", "A\nB\nC\n", DocumentMarks::kDocid);
    std::filesystem::remove(folder_.file(name));
    return message;
  };
  EXPECT_THAT(error("a\n", "A\n", DocumentMarks::kDocid),
              HasSubstr("t.docid: there is no such file of document ids"));
  EXPECT_THAT(fails("t.docid", binary({1, 2})), HasSubstr("there are 2 ids for the 3 lines of"));
  EXPECT_THAT(fails("t.docid", binary({1, 2, 3, 4, 5})), HasSubstr("there are 5 ids for the 3"));
  EXPECT_THAT(fails("t.docid", ""), HasSubstr("there are 0 ids for the 3 lines"));
  EXPECT_THAT(fails("t.docid", binary({1, 2, 3}) + "xyz"),
              HasSubstr("its size is not 8 bytes for each line: 3 bytes follow 3 ids"));
  EXPECT_THAT(fails("t.docid", binary({1, 2, 1})),
              AllOf(HasSubstr("t.docid:3: '1' comes back after '2'"), HasSubstr("t.docid:1")));
  EXPECT_THAT(fails("t.docid.txt", "1\n1\n1.5\n"), HasSubstr("t.docid.txt:3: '1.5' is not"));
  EXPECT_THAT(fails("t.docid.txt", "1\n\n1\n"), HasSubstr("t.docid.txt:2: '' is not"));
  EXPECT_THAT(fails("t.docid.txt", "1\n9223372036854775808\n1\n"),
              HasSubstr("is not a document id"));
}

TEST_F(ParallelTextTest, TablesHaveTextAndIds) {
  // As Europarl v10: either id.
  EXPECT_THAT(read_tsv("a\tA\tf1\t1\nb\tB\tf1\t1\nc\tC\tf1\t2\nd\tD\tf2\t2\ne\tE\tf1\t1\n"),
              ElementsAre("#a=A", "b=B", "#c=C", "#d=D", "#e=E"));
  // As News Commentary: rows with both sides empty; one side empty is a pair.
  EXPECT_THAT(read_tsv("a\tA\r\nb\t\r\n\tC\r\n\t\r\n\r\n\t\t\r\nd\tD\r\n"),
              ElementsAre("#a=A", "b=", "=C", "#d=D"));
  EXPECT_THAT(read_tsv("\t\n \n"), ElementsAre());
  EXPECT_THAT(read_tsv(""), ElementsAre());
  EXPECT_THAT(message_of([&] { read_tsv("a\tA\none column\n"); }),
              HasSubstr("t.tsv:2: this row has one column"));
  EXPECT_THAT(read_tsv("a\tA\t1\nb \xff\tB\t2\n\xff\nc\tC\t2\n", InvalidUtf8::kDrop),
              ElementsAre("#a=A", "#(invalid)", "(invalid)", "c=C"));
}

TEST_F(ParallelTextTest, EveryFormatKnowsCompressionMarksAndPolicies) {
  const std::string bom = "\xef\xbb\xbf";
  const Lines expected = {"#\xc3\xa9=A", "b=B", "#c=C"};
  for (const auto& pack : {gzip, zstd}) {
    EXPECT_EQ(
        read(pack(bom + "\xc3\xa9\r\nb\r\n\r\nc"), pack("A\nB\n\nC\n"), DocumentMarks::kBlankLine),
        expected);
    EXPECT_EQ(read(pack(bom + "<d>\r\n\xc3\xa9\r\nb\r\n<d>\r\nc"), pack("<d>\nA\nB\n<d>\nC\n"),
                   DocumentMarks::kDTag),
              expected);
    EXPECT_EQ(read_tsv(pack(bom + "\xc3\xa9\tA\t1\r\nb\tB\t1\r\nc\tC\t2\r\n")), expected);
  }
  const auto with_bad_line = [&](InvalidUtf8 policy) {
    return read("a\nb\xff\n\nc\n", "A\nB\n\nC\n", DocumentMarks::kBlankLine, policy);
  };
  EXPECT_THAT(message_of([&] { with_bad_line(InvalidUtf8::kError); }),
              HasSubstr("t.en:2: not UTF-8"));
  EXPECT_THAT(with_bad_line(InvalidUtf8::kReplace), ElementsAre("#a=A", "b\xef\xbf\xbd=B", "#c=C"));
  EXPECT_THAT(with_bad_line(InvalidUtf8::kDrop), ElementsAre("#a=A", "(invalid)", "#c=C"));
}

}  // namespace
}  // namespace nmt
