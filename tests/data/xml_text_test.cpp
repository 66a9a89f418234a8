#include "data/xml_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/compressed.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Lines = std::vector<std::string>;

Lines read_all(const std::string& corpus, InvalidUtf8 policy = InvalidUtf8::kError) {
  Lines all;
  const auto reader = open_parallel_text(CorpusSpec::parse(corpus, DocumentMarks::kXml), policy);
  while (const auto pair = reader->next())
    all.push_back(
        std::string(pair->begins_document ? "#" : "") +
        (pair->valid ? std::string(pair->source) + "=" + std::string(pair->target) : "(invalid)"));
  return all;
}

class XmlTextTest : public testing::Test {
 protected:
  std::string set(const std::string& content) const {
    return folder_.write("set.xml", content) + ":en-de";
  }
  std::string pair(const std::string& source, const std::string& target) const {
    folder_.write("t.en.xml", source);
    folder_.write("t.de.xml", target);
    return folder_.file("t.{}.xml:en-de");
  }
  static std::string error(const std::string& corpus) {
    return message_of([&] { read_all(corpus); });
  }
  TemporaryFolder folder_;
};

constexpr const char* kWmt = R"(<?xml version='1.0' encoding='utf-8'?>
<dataset id="newstest2021.en-de">
  <collection id="general">
  <doc origlang="en" id="one">
    <src lang="en">
      <p>
        <seg id="1">A &amp; B &lt;x&gt; AT&T</seg>
        <seg id="2">two
   lines</seg>
      </p>
      <p><seg id="3"/></p>
    </src>
    <hyp system="S" lang="de"><p><seg id="1">no</seg></p></hyp>
    <ref lang="fr" translator="A"><p><seg id="1">non</seg></p></ref>
    <ref lang="de" translator="B"><p><seg id="1"> eins </seg><seg id="2">zwei</seg></p>
      <p><seg id="3"><![CDATA[drei & <drei>]]> <b>vier</b> <i>fünf</i></seg></p></ref>
    <ref lang="de" translator="C"><p><seg id="1">anders</seg></p></ref>
  </doc>
  <doc id="empty"><src lang="en"/><ref lang="de"/></doc>
  <doc id="two"><src lang="en"><p><seg>c</seg></p></src><ref lang="de"><p><seg>C</seg></p></ref></doc>
  </collection>
</dataset>
)";

TEST_F(XmlTextTest, ReadsASetOfWmtInOneFile) {
  const Lines expected = {"#A & B <x> AT&T=eins", "two    lines=zwei", "=drei & <drei> vier fünf",
                          "#c=C"};
  EXPECT_EQ(read_all(set(kWmt)), expected);
  EXPECT_EQ(read_all(set(gzip(kWmt))), expected);
  EXPECT_EQ(read_all(set(zstd(std::string("\xef\xbb\xbf") + kWmt))), expected);
  EXPECT_THAT(read_all(folder_.file("set.xml") + ":en-de"), testing::SizeIs(4));
}

TEST_F(XmlTextTest, SaysWhichLanguagesThereAre) {
  set(kWmt);
  EXPECT_THAT(error(folder_.file("set.xml") + ":de-en"),
              HasSubstr("document 'one' has no <src> in 'de'; its languages are: en"));
  EXPECT_THAT(error(folder_.file("set.xml") + ":en-cs"),
              HasSubstr("no <ref> in 'cs'; its languages are: fr, de, de"));
}

TEST_F(XmlTextTest, ReadsPairsOfIwsltAndOldWmt) {
  const std::string source =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n<mteval>\r\n"
      "<srcset setid=\"tst\" srclang=\"English\">\r\n"
      "<doc docid=\"1922\" genre=\"lectures\">\r\n<title>Title</title>\r\n<talkid>1922</talkid>\r\n"
      "<seg id=\"1\"> a b </seg>\r\n<seg id=\"2\">  </seg>\r\n</doc>\r\n"
      "<doc docid=\"7\"><seg id=\"1\">c</seg></doc>\r\n</srcset>\r\n</mteval>\r\n";
  EXPECT_THAT(read_all(pair(source,
                            "<mteval><refset><doc docid='1922'><seg>A</seg><seg>B</seg></doc>"
                            "<doc docid='7'><seg>C</seg></doc></refset></mteval>")),
              ElementsAre("#a b=A", "=B", "#c=C"));
  // SGML: no declaration, several roots, capitals, headlines.
  folder_.write("t-src.en.sgm",
                "<srcset setid=\"news\" srclang=\"any\">\n<DOC docid=\"x\" origlang=\"en\">\n<hl>\n"
                "<seg id=\"1\">head</seg>\n</hl>\n<p>\n<seg id=\"2\">Q&A: 1 &lt; 2</seg>\n</p>\n"
                "</DOC>\n</srcset>\n<srcset><doc docid=\"y\"><SEG id=\"1\">z</SEG></doc></srcset>");
  folder_.write(
      "t-ref.de.sgm",
      "<refset trglang=\"de\"><doc sysid=\"ref\" docid=\"x\"><seg>K</seg><seg>F</seg></doc>"
      "<doc docid=\"y\"><seg>Z</seg></doc></refset>\n");
  EXPECT_THAT(
      read_all(folder_.file("t-src.en.sgm") + "," + folder_.file("t-ref.de.sgm") + ":en-de"),
      ElementsAre("#head=K", "Q&A: 1 < 2=F", "#z=Z"));
}

TEST_F(XmlTextTest, RefusesSidesThatDoNotAgree) {
  const auto doc = [](const std::string& id, const std::string& segments) {
    return "<doc docid=\"" + id + "\">" + segments + "</doc>";
  };
  const std::string one = "<seg>s</seg>", two = one + one;
  EXPECT_THAT(error(pair("<a>" + doc("x", two) + doc("y", one) + "</a>",
                         "<a>" + doc("x", one) + doc("y", two) + "</a>")),
              AllOf(HasSubstr("t.de.xml: document 'x' has 1 target segments, but 2 source")));
  EXPECT_THAT(error(pair("<a>" + doc("x", one) + doc("y", one) + "</a>",
                         "<a>" + doc("x", one) + doc("z", one) + "</a>")),
              HasSubstr("document 2 is 'z', but 'y' in "));
  EXPECT_THAT(
      error(pair("<a>" + doc("x", one) + doc("y", one) + "</a>", "<a>" + doc("x", one) + "</a>")),
      AllOf(HasSubstr("document 2 is none, but 'y' in "), HasSubstr("there are 1 and 2 doc")));
  EXPECT_THAT(error(set("<a><doc id='d'><src lang='en'>" + two + "</src><ref lang='de'>" + one +
                        "</ref></doc></a>")),
              HasSubstr("set.xml: document 'd' has 1 target segments, but 2 source segments"));
}

TEST_F(XmlTextTest, RefusesDamage) {
  EXPECT_THAT(error(set("<a>\n<doc id='x'>\n<src>\n<seg>a</seg>\n</b>\n</doc></a>")),
              AllOf(HasSubstr("set.xml:5: damaged XML"), HasSubstr("d-tag")));
  EXPECT_THAT(error(set(std::string(kWmt).substr(0, 700))), HasSubstr("damaged XML"));
  EXPECT_THAT(error(set("")), HasSubstr("damaged XML"));
  EXPECT_THAT(error(set("just text\n")), HasSubstr("set.xml"));
  const std::string tags = "<url>http://x</url>\n<talkid>1</talkid>\n a b\n c\n";
  EXPECT_THAT(error(pair(tags, tags)), HasSubstr("IWSLT (train.tags.*) are not XML"));
}

TEST_F(XmlTextTest, FollowsThePolicyForBytesThatAreNotUtf8) {
  const std::string bad =
      set("<a>\n<doc><src><seg>a</seg>\n<seg>b\xff</seg><seg>c" + std::string(1, '\0') +
          "</seg></src>\n<ref><seg>A</seg><seg>B</seg><seg>C</seg></ref></doc></a>");
  EXPECT_THAT(error(bad), HasSubstr("set.xml:3: not UTF-8"));
  EXPECT_THAT(read_all(bad, InvalidUtf8::kReplace),
              ElementsAre("#a=A", "b\xef\xbf\xbd=B", "c\xef\xbf\xbd=C"));
  EXPECT_THAT(read_all(bad, InvalidUtf8::kDrop), ElementsAre("#a=A", "(invalid)", "(invalid)"));
}

TEST_F(XmlTextTest, NeverCrashesOnDamagedFiles) {
  const std::string whole = kWmt;
  for (size_t i = 0; i < whole.rfind('>'); i += 3) {
    std::string damaged = whole;
    damaged[i] = static_cast<char>("<>&\"'/x\n"[i % 8]);
    const std::string corpus = set(damaged);
    try {
      read_all(corpus);
    } catch (const Error&) {
    }
    set(whole.substr(0, i));
    EXPECT_THAT(error(corpus), HasSubstr("set.xml")) << i;
  }
}

}  // namespace
}  // namespace nmt
