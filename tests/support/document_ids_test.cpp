#include "nmt/support/document_ids.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "nmt/support/error.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

using testing::ElementsAre;

TEST(DocumentIds, AreEightBytesLittleEndian) {
  EXPECT_THAT(encode_document_id(0x0102030405060708), ElementsAre(8, 7, 6, 5, 4, 3, 2, 1));
  EXPECT_THAT(encode_document_id(-2), ElementsAre(-2, -1, -1, -1, -1, -1, -1, -1));
  for (const int64_t id : {int64_t{0}, int64_t{1} << 40, std::numeric_limits<int64_t>::min(),
                           std::numeric_limits<int64_t>::max()})
    EXPECT_EQ(decode_document_id(encode_document_id(id)), id);
}

TEST(DocumentIds, AreBinaryByTheNameOfTheirFile) {
  for (const char* name : {"a.docid", "a/b.docid.gz", "a.docid.zst"})
    EXPECT_TRUE(has_binary_ids(name)) << name;
  for (const char* name : {"a.docid.txt", "a.docid.txt.gz", "docid", "a.ids"})
    EXPECT_FALSE(has_binary_ids(name)) << name;
}

TEST(IdGroups, BeginWhereTheIdChanges) {
  IdGroups groups("x");
  std::string begins;
  int64_t line = 0;
  for (const char* id : {"", "", "7", "7", "-1"}) begins += groups.begins(id, ++line) ? "b" : ".";
  EXPECT_EQ(begins, "b.b.b");
}

TEST(IdGroups, RefuseAnIdThatComesBack) {
  IdGroups groups("x.docid");
  groups.begins("1", 1);
  groups.begins("2", 5);
  EXPECT_THAT(message_of([&] { groups.begins("1", 9); }),
              testing::HasSubstr("x.docid:9: '1' comes back after '2'; its document began at "
                                 "x.docid:1"));
}

}  // namespace
}  // namespace nmt
