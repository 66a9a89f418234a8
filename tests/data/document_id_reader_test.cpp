#include "data/document_id_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "nmt/support/document_ids.h"
#include "nmt/support/random.h"
#include "tests/data/compressed.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

TEST(NumberRunsTest, IsASet) {
  RandomStream random(5);
  for (const uint64_t spread : {8, 60, 5000}) {
    NumberRuns runs;
    std::set<int64_t> expected;
    for (int i = 0; i < 3000; ++i) {
      const int64_t number = static_cast<int64_t>(random.below(spread)) - 20;
      ASSERT_EQ(runs.insert(number), expected.insert(number).second) << number;
    }
    size_t count = 0;
    for (const int64_t number : expected) count += expected.count(number - 1) == 0;
    EXPECT_EQ(runs.runs(), count);
  }
}

TEST(NumberRunsTest, ReachesTheEndsOfTheRange) {
  constexpr int64_t kLeast = std::numeric_limits<int64_t>::min();
  constexpr int64_t kMost = std::numeric_limits<int64_t>::max();
  NumberRuns runs;
  for (const int64_t number : {kMost, kLeast, kMost - 1, kLeast + 1})
    EXPECT_TRUE(runs.insert(number));
  for (const int64_t number : {kMost, kLeast, kMost - 1, kLeast + 1})
    EXPECT_FALSE(runs.insert(number));
  EXPECT_EQ(runs.runs(), 2U);
}

// Any numbers, in files of either form, however they are packed.
TEST(DocumentIdReaderTest, ReadsBackWhatWasWritten) {
  const TemporaryFolder folder;
  RandomStream random(9);
  std::vector<DocumentId> expected;
  std::string binary, decimal;
  while (expected.size() < 50'000) {
    const auto value = static_cast<int64_t>(random.next());
    for (uint64_t line = 0, lines = 1 + random.below(20); line < lines; ++line) {
      expected.push_back({value, line == 0});
      for (const char byte : encode_document_id(value)) binary += byte;
      decimal += std::to_string(value) + "\n";
    }
  }
  for (const std::string& path :
       {folder.write("a.docid", binary), folder.write("a.docid.gz", gzip(binary)),
        folder.write("a.docid.zst", zstd(binary)), folder.write("a.docid.txt", decimal),
        folder.write("a.docid.txt.gz", gzip(decimal))}) {
    DocumentIdReader reader(path);
    for (size_t i = 0; i < expected.size(); ++i) {
      const auto id = reader.next();
      ASSERT_TRUE(id) << path;
      ASSERT_EQ(id->value, expected[i].value) << path << " " << i;
      ASSERT_EQ(id->begins_document, expected[i].begins_document) << path << " " << i;
    }
    EXPECT_FALSE(reader.next());
    EXPECT_EQ(reader.count(), static_cast<int64_t>(expected.size()));
  }
}

TEST(DocumentIdReaderTest, NamesBothPlacesOfAnIdThatComesBack) {
  const TemporaryFolder folder;
  DocumentIdReader reader(folder.write("a.docid.txt", "5\n6\n6\n7\n8\n6\n"));
  EXPECT_THAT(message_of([&] {
                while (reader.next()) {
                }
              }),
              testing::AllOf(testing::HasSubstr("a.docid.txt:6: '6' comes back after '8'"),
                             testing::HasSubstr("a.docid.txt:2\n")));
}

}  // namespace
}  // namespace nmt
