#include "data/document_text.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "data/read_ahead.h"
#include "nmt/support/error.h"
#include "nmt/support/random.h"
#include "tests/data/compressed.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

/// "# id: sentence" where a document begins, "id: sentence" inside, "| layout".
std::string show(const DocumentLine& line) {
  if (!line.sentence) return "| " + line.before;
  return (line.begins_document ? "# " : "") + line.document_id + ": " + line.text;
}

class DocumentTextTest : public testing::Test {
 protected:
  Lines read(const std::string& content, DocumentLayout layout, const std::string& ids = "") const {
    Lines all;
    DocumentText text(folder_.write("t", content), layout, ids);
    while (const auto line = text.next()) all.push_back(show(*line));
    return all;
  }
  std::string error(const std::string& content, DocumentLayout layout,
                    const std::string& ids = "") const {
    return message_of([&] { read(content, layout, ids); });
  }
  TemporaryFolder folder_;
};

TEST_F(DocumentTextTest, KeepsEveryBlankLine) {
  EXPECT_THAT(read("\na\nb\n\n \n\nc\n\n", DocumentLayout::kBlankLine),
              ElementsAre("| ", "# 1: a", "1: b", "| ", "|  ", "| ", "# 2: c", "| "));
  EXPECT_THAT(read("\r\n \r\n", DocumentLayout::kBlankLine), ElementsAre("| ", "|  "));
  EXPECT_THAT(read("", DocumentLayout::kBlankLine), ElementsAre());
}

TEST_F(DocumentTextTest, KeepsEveryTag) {
  EXPECT_THAT(read("<d>\r\na\r\n\r\n<d>\r\n<d>\r\n <d>\r\n", DocumentLayout::kDTag),
              ElementsAre("| <d>", "# 1: a", "1: ", "| <d>", "| <d>", "# 2:  <d>"));
  EXPECT_THAT(read("a\n<d>\n", DocumentLayout::kDTag), ElementsAre("# 1: a", "| <d>"));
}

TEST_F(DocumentTextTest, RefusesTagsWhereBlankLinesPartDocuments) {
  EXPECT_THAT(error("a\n<d>\nb\n", DocumentLayout::kBlankLine),
              AllOf(HasSubstr("t:2"), HasSubstr("--documents d-tag")));
}

TEST_F(DocumentTextTest, ReadsReferencesBesideTheText) {
  const auto read_pair = [&](const std::string& source, const std::string& reference) {
    Lines all;
    DocumentTextPair texts(folder_.write("s", source), folder_.write("r", reference),
                           DocumentLayout::kBlankLine, "");
    while (const auto line = texts.next())
      all.push_back(show(line->source) + "=" + line->reference);
    return all;
  };
  EXPECT_THAT(read_pair("a\n\nb\n", "A\n\nB\n"), ElementsAre("# 1: a=A", "| =", "# 2: b=B"));
  for (const char* reference : {"A\n\n", "A\nB\n\n", "A\n\nB\nC\n"})
    EXPECT_THAT(message_of([&] { read_pair("a\n\nb\n", reference); }),
                AllOf(HasSubstr("/r: "), HasSubstr("part from the input after sentence ")))
        << reference;
}

TEST_F(DocumentTextTest, ReadsIdsBesideTheText) {
  const std::string ids = folder_.write("t.docid.txt", "-7\n-7\n4\n");
  EXPECT_THAT(read("a\n\nb\n", DocumentLayout::kDocid, ids),
              ElementsAre("# -7: a", "-7: ", "# 4: b"));
  EXPECT_THAT(error("a\nb\n", DocumentLayout::kDocid, ids),
              HasSubstr("t.docid.txt: there are 3 ids for the 2 lines of"));
  EXPECT_THAT(error("a\nb\nc\nd\ne\n", DocumentLayout::kDocid, ids), HasSubstr("3 ids for the 5"));
  EXPECT_THAT(error("a\nb\nc\n", DocumentLayout::kDocid, folder_.write("u.txt", "1\n2\n1\n")),
              AllOf(HasSubstr("u.txt:3: '1' comes back after '2'"), HasSubstr("u.txt:1")));
  EXPECT_THAT(error("a\n", DocumentLayout::kDocid), HasSubstr("belong together"));
  EXPECT_THAT(error("a\n", DocumentLayout::kBlankLine, ids), HasSubstr("belong together"));
}

TEST_F(DocumentTextTest, SplitsIdsOff) {
  EXPECT_THAT(read("x\ta\tb\nx\t\ny z\tc\n", DocumentLayout::kIdTsv),
              ElementsAre("# x: a\tb", "x: ", "# y z: c"));
  EXPECT_THAT(error("x\ta\n\n", DocumentLayout::kIdTsv), HasSubstr("t:2: this is not the id"));
  EXPECT_THAT(error("\ta\n", DocumentLayout::kIdTsv), HasSubstr("t:1: this is not the id"));
  EXPECT_THAT(error("x\ta\ny\tb\nx\tc\n", DocumentLayout::kIdTsv),
              AllOf(HasSubstr("t:3: 'x' comes back after 'y'"), HasSubstr("t:1")));
}

TEST_F(DocumentTextTest, EveryLineComesOut) {
  EXPECT_THAT(read(gzip("\xef\xbb\xbf"
                        "a\xff\n\nb"),
                   DocumentLayout::kBlankLine),
              ElementsAre("# 1: a\xef\xbf\xbd", "| ", "# 2: b"));
  EXPECT_THAT(read("x\xff\ta\n", DocumentLayout::kIdTsv), ElementsAre("# x\xef\xbf\xbd: a"));
  // The output that mirrors random text is that text.
  RandomStream random(3);
  for (const auto& [layout, parts] :
       {std::pair{DocumentLayout::kBlankLine, Lines{"a", "b c", "", "  "}},
        std::pair{DocumentLayout::kDTag, Lines{"a", "", "<d>", "<d> "}},
        std::pair{DocumentLayout::kIdTsv, Lines{"x\ta", "x\t", "x\tb\t", "x\t<d>"}}})
    for (int i = 0; i < 50; ++i) {
      std::string content, mirrored;
      for (uint64_t lines = random.below(12); lines > 0; --lines)
        content += parts[random.below(parts.size())] + "\n";
      DocumentText text(folder_.write("t", content), layout);
      int64_t sentences = 0, documents = 0;
      while (const auto line = text.next()) {
        mirrored += line->before + line->text + "\n";
        sentences += line->sentence;
        documents += line->begins_document;
      }
      EXPECT_EQ(mirrored, content);
      EXPECT_EQ(text.sentences(), sentences);
      EXPECT_EQ(text.documents(), documents);
    }
}

TEST_F(DocumentTextTest, TellsTextWithoutMarks) {
  const auto marks = [&](const std::string& content, DocumentLayout layout) {
    DocumentText text(folder_.write("t", content), layout);
    while (text.next()) {
    }
    return text.has_marks();
  };
  EXPECT_FALSE(marks("a\nb\n", DocumentLayout::kBlankLine));
  EXPECT_FALSE(marks("a\n\nb\n", DocumentLayout::kDTag));
  EXPECT_TRUE(marks("<d>\na\nb\n", DocumentLayout::kDTag));
  EXPECT_TRUE(marks("a\n\nb\n", DocumentLayout::kBlankLine));
  EXPECT_TRUE(marks("x\ta\n", DocumentLayout::kIdTsv));
}

TEST_F(DocumentTextTest, DoesNotWaitForTheNextLine) {
  const std::string pipe = folder_.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  const int writer = ::open(pipe.c_str(), O_RDWR);
  const auto write = [&](const std::string& line) {
    ASSERT_EQ(::write(writer, line.data(), line.size()), std::ssize(line));
  };
  write("a\n");
  DocumentText text(pipe, DocumentLayout::kBlankLine);
  EXPECT_EQ(show(*text.next()), "# 1: a");
  write("\n");
  EXPECT_EQ(show(*text.next()), "| ");
  write("b\nc");
  EXPECT_EQ(show(*text.next()), "# 2: b");
  write("d\n");
  EXPECT_EQ(show(*text.next()), "2: cd");
  ::close(writer);
}

TEST_F(DocumentTextTest, ArrivesInGroups) {
  const auto text =
      std::make_shared<DocumentText>(folder_.write("t", "a\n\nb\nc\n"), DocumentLayout::kBlankLine);
  ReadAhead<DocumentLine> arriving([text] { return text->next(); });
  Lines all;
  for (auto group = arriving.next(3); !group.empty(); group = arriving.next(3))
    for (const DocumentLine& line : group) all.push_back(show(line));
  EXPECT_THAT(all, ElementsAre("# 1: a", "| ", "# 2: b", "2: c"));
}

}  // namespace
}  // namespace nmt
