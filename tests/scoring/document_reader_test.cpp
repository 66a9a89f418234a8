#include "nmt/scoring/document_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <functional>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt::scoring {
namespace {

using ::testing::HasSubstr;
using Lines = std::vector<std::string>;
using Ranges = std::vector<LineRange>;

class DocumentReaderTest : public testing::Test {
 protected:
  std::string write(const std::string& name, const std::string& content) const {
    return folder_.write(name, content);
  }
  DocumentSet read(const std::string& reference, const std::string& hypothesis,
                   DocumentFormat format) const {
    return read_documents({write("ref", reference), write("hyp", hypothesis)}, format);
  }
  std::string error(const std::string& reference, const std::string& hypothesis,
                    DocumentFormat format) const {
    return message_of([&] { read(reference, hypothesis, format); });
  }

  TemporaryFolder folder_;
};

TEST_F(DocumentReaderTest, ReadsBlankLines) {
  const DocumentSet set = read("a\nb\n\n\nc \r\n\n", "a\n \nb\nc", DocumentFormat::kBlankLine);
  EXPECT_EQ(set.reference.sentences, (Lines{"a", "b", "c"}));
  EXPECT_EQ(set.reference.documents, (Ranges{{0, 2}, {2, 3}}));
  EXPECT_EQ(set.reference.ids, (Lines{"1", "2"}));
  EXPECT_EQ(set.hypothesis.documents, (Ranges{{0, 1}, {1, 3}}));
}

TEST_F(DocumentReaderTest, BlankLinesOfAMirroredFileAreEmptyTranslations) {
  const DocumentSet set = read("a\nb\n\nc\nd\n", "A\n\n\nC\nD\n", DocumentFormat::kBlankLine);
  EXPECT_EQ(set.hypothesis.sentences, (Lines{"A", "", "C", "D"}));
  EXPECT_EQ(set.hypothesis.documents, set.reference.documents);
  // Blank lines at the end are no sentences, unless they translate some.
  for (const char* hypothesis : {"A\n\n\nC\n\n", "A\n\n\nC\n\n\n\n"})
    EXPECT_EQ(
        read("a\nb\n\nc\nd\n\n\n", hypothesis, DocumentFormat::kBlankLine).hypothesis.sentences,
        (Lines{"A", "", "C", ""}));
  EXPECT_THAT(error("a\nb\n\nc\n", "A\n\n\nB\n\nC\n", DocumentFormat::kBlankLine),
              HasSubstr("there are 3 documents, but 2 in"));
}

TEST_F(DocumentReaderTest, ReadsDTags) {
  const DocumentSet set = read("<d>\na\n\nb\n<d>\nc\n", "<d>\n<d>\nc\nd\n", DocumentFormat::kDTag);
  EXPECT_EQ(set.reference.sentences, (Lines{"a", "", "b", "c"}));
  EXPECT_EQ(set.reference.documents, (Ranges{{0, 3}, {3, 4}}));
  EXPECT_EQ(set.hypothesis.documents, (Ranges{{0, 0}, {0, 2}}));
  EXPECT_THAT(error("<d>\na\n", "a\n", DocumentFormat::kDTag),
              HasSubstr("hyp:1: the first line is not \"<d>\""));
  EXPECT_THAT(error("<d>\na\n<d>\n", "<d>\na\n<d>\n", DocumentFormat::kDTag),
              HasSubstr("document 2 is empty"));
}

TEST_F(DocumentReaderTest, ReadsAnIdColumn) {
  const DocumentSet set =
      read("x\ta\nx\t\ny\tc\td \n", "x\tA\ny\tC\ny\tD\n", DocumentFormat::kIdTsv);
  EXPECT_EQ(set.reference.sentences, (Lines{"a", "", "c\td"}));
  EXPECT_EQ(set.reference.ids, (Lines{"x", "y"}));
  EXPECT_EQ(set.hypothesis.documents, (Ranges{{0, 1}, {1, 3}}));
  const auto format = DocumentFormat::kIdTsv;
  EXPECT_THAT(error("x\ta\ny\tb\n", "x\ta\nz\tb\n", format),
              HasSubstr("hyp:2: document 'z' stands where"));
  EXPECT_THAT(error("x\ta\ny\tb\nx\tc\n", "x\ta\n", format),
              HasSubstr("ref:3: 'x' comes back after 'y'"));
  EXPECT_THAT(error("x\ta\nword\n", "x\ta\n", format), HasSubstr("ref:2: this is not"));
}

TEST_F(DocumentReaderTest, RefusesMissingText) {
  EXPECT_THAT(error("\n\n", "\n\n", DocumentFormat::kBlankLine), HasSubstr("there is no text"));
  EXPECT_THAT(error("a\n\xFF\n", "a\nb\n", DocumentFormat::kBlankLine),
              HasSubstr("ref:2: invalid UTF-8"));
  EXPECT_THROW(
      read_documents({folder_.file("none"), folder_.file("none")}, DocumentFormat::kBlankLine),
      Error);
}

/// int64 numbers as a .docid file has them.
std::string binary(const std::vector<int64_t>& ids) {
  std::string bytes;
  for (const int64_t id : ids)
    for (unsigned byte = 0; byte < 8; ++byte)
      bytes += static_cast<char>(static_cast<uint64_t>(id) >> (8 * byte) & 0xFFU);
  return bytes;
}

TEST_F(DocumentReaderTest, ReadsIdFiles) {
  const std::string ref = write("ref", "a\n\nc\n");
  const std::string hyp = write("hyp", "A\nB\n\n");
  for (const std::string& ids : {write("x.docid", binary({-5, -5, 1099511627776})),
                                 write("x.docid.txt", "-5\n-5\n1099511627776\n")}) {
    const DocumentSet set = read_documents({ref, hyp}, ids);
    EXPECT_EQ(set.reference.sentences, (Lines{"a", "", "c"}));
    EXPECT_EQ(set.reference.documents, (Ranges{{0, 2}, {2, 3}}));
    EXPECT_EQ(set.reference.ids, (Lines{"-5", "1099511627776"}));
    EXPECT_EQ(set.hypothesis.sentences, (Lines{"A", "B", ""}));
    EXPECT_EQ(set.hypothesis.documents, set.reference.documents);
  }
  const auto fails = [&](const std::string& hypothesis, const std::string& ids) {
    return message_of([&] { read_documents({ref, hypothesis}, ids); });
  };
  EXPECT_THAT(fails(hyp, write("y.docid", "1\n1\n2\n")),
              HasSubstr("8 bytes a sentence, but this has 6"));
  EXPECT_THAT(fails(hyp, write("y.docid", binary({1, 2}))),
              HasSubstr("there are 2 ids for the 3 sentences"));
  EXPECT_THAT(fails(hyp, write("y.docid", binary({1, 2, 1}))),
              HasSubstr("y.docid:3: '1' comes back after '2'"));
  EXPECT_THAT(fails(write("hyp2", "A\n"), write("y.docid", binary({1, 2, 3}))),
              HasSubstr("hyp2: there are 1 lines, but 3 in"));
}

TEST_F(DocumentReaderTest, ReadsFurtherReferences) {
  const DocumentFiles files{write("ref", "a\nb\n\nc\n"),
                            write("hyp", "A B\n\nC\n"),
                            {write("second", "d\n\n\ne\n"), write("third", "f\n\n\n\ng\nh\n\n")}};
  const DocumentSet set = read_documents(files, DocumentFormat::kBlankLine);
  ASSERT_EQ(set.more_references.size(), 2U);
  EXPECT_EQ(set.more_references[0].sentences, (Lines{"d", "", "e"}));
  EXPECT_EQ(set.more_references[0].documents, set.reference.documents);
  EXPECT_EQ(set.more_references[1].documents, (Ranges{{0, 1}, {1, 3}}));
  const std::string ids = write("ids", "1\n1\n2\n2\n");
  const DocumentFiles plain{files.reference, files.reference, {files.reference}};
  EXPECT_EQ(read_documents(plain, ids).more_references[0].documents, (Ranges{{0, 2}, {2, 4}}));
  EXPECT_THAT(message_of([&] {
                read_documents({files.reference, files.reference, {files.hypothesis}}, ids);
              }),
              HasSubstr("hyp: there are 3 lines, but 4 in"));
}

TEST_F(DocumentReaderTest, ReadsInstances) {
  const DocumentText reference =
      read("a\nb\nc\n\nd\n", "a\n\nd\n", DocumentFormat::kBlankLine).reference;
  EXPECT_EQ(read_instances(write("i", "1\n1\n2\n3\n"), reference),
            (Ranges{{0, 2}, {2, 3}, {3, 4}}));
  EXPECT_THAT(message_of([&] { read_instances(write("i", "1\n1\n2\n2\n"), reference); }),
              HasSubstr("i:4: instance '2' crosses the end of document 1"));
}

}  // namespace
}  // namespace nmt::scoring
