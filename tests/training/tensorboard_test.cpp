#include "nmt/training/tensorboard.h"

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>

#include "nmt/support/atomic_file.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

// Reads the TFRecord framing back and returns the payloads.
std::vector<std::string> records(const std::string& content) {
  std::vector<std::string> found;
  for (size_t at = 0; at < content.size();) {
    uint64_t length = 0;
    std::memcpy(&length, content.data() + at, 8);
    found.push_back(content.substr(at + 12, length));
    at += 12 + length + 4;
  }
  return found;
}

TEST(TensorBoard, FramesEventsAsTfRecords) {
  const TemporaryFolder folder;
  {
    TensorBoardWriter writer(folder.path(), 0);
    writer.scalar("train/loss", 2.5, 300);
  }
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) path = entry.path();
  const std::vector<std::string> events = records(read_file(path));
  ASSERT_EQ(events.size(), 3u);
  EXPECT_NE(events[0].find("brain.Event:2"), std::string::npos);
  const float value = 2.5;
  std::string bytes(4, '\0');
  std::memcpy(bytes.data(), &value, 4);
  EXPECT_NE(events[2].find("train/loss"), std::string::npos);
  EXPECT_NE(events[2].find("\x15" + bytes), std::string::npos);  // field 2, 32 bits
  EXPECT_NE(events[2].find(std::string("\x10\xac\x02", 3)),
            std::string::npos);  // step 300 as a varint
}

// The masked CRC of the 8 length bytes of an empty-looking record, computed bit by bit in Python.
TEST(TensorBoard, ChecksumsAreMaskedCrc32c) {
  const TemporaryFolder folder;
  { TensorBoardWriter writer(folder.path(), 0); }
  std::string path;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) path = entry.path();
  const std::string content = read_file(path);
  uint64_t length = 0;
  uint32_t crc = 0;
  std::memcpy(&length, content.data(), 8);
  std::memcpy(&crc, content.data() + 8, 4);
  EXPECT_EQ(length, 26u);
  EXPECT_EQ(crc, 0x2dd89b12u);
}

}  // namespace
}  // namespace nmt
