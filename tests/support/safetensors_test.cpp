#include "nmt/support/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "nmt/support/error.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

std::span<const std::byte> bytes_of(const std::vector<float>& values) {
  return std::as_bytes(std::span<const float>(values));
}

// Not write_file: thousands of damaged copies need not reach the disk.
void write_quickly(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
}

std::string written(const TemporaryFolder& folder) {
  static const std::vector<float> matrix = {1, 2, 3, 4, 5, 6}, vector = {-1};
  std::string path = folder.file("t.safetensors");
  write_safetensors(path,
                    {{"matrix", {"F32", {2, 3}, bytes_of(matrix)}},
                     {"one", {"F32", {1}, bytes_of(vector)}},
                     {"empty", {"F32", {0, 4}, {}}}},
                    {{"who", "test"}});
  return path;
}

TEST(Safetensors, RoundTrip) {
  const TemporaryFolder folder;
  const SafetensorsFile file(written(folder));
  EXPECT_EQ(file.metadata().at("who"), "test");
  EXPECT_EQ(file.tensors().size(), 3u);
  EXPECT_EQ(file.entry("matrix").shape, (std::vector<int64_t>{2, 3}));
  float values[6];
  ASSERT_EQ(file.bytes("matrix").size(), sizeof values);
  std::memcpy(values, file.bytes("matrix").data(), sizeof values);
  EXPECT_EQ(values[5], 6.f);
  EXPECT_TRUE(file.bytes("empty").empty());
  EXPECT_THROW(file.bytes("missing"), Error);
}

TEST(Safetensors, EveryTruncationIsAnError) {
  const TemporaryFolder folder;
  const std::string content = read_file(written(folder));
  for (size_t size = 0; size < content.size(); ++size) {
    const std::string path = folder.file("cut");
    write_quickly(path, content.substr(0, size));
    EXPECT_THROW(SafetensorsFile file(path), Error) << size;
  }
}

TEST(Safetensors, DamagedHeadersNeverCrash) {
  const TemporaryFolder folder;
  const std::string content = read_file(written(folder));
  for (size_t position = 0; position < content.size(); ++position)
    for (const int flip : {1, 16, 128}) {
      std::string damaged = content;
      damaged[position] = static_cast<char>(damaged[position] ^ flip);
      const std::string path = folder.file("flipped");
      write_quickly(path, damaged);
      try {
        const SafetensorsFile file(path);
        for (const auto& [name, entry] : file.tensors()) (void)file.bytes(name);
      } catch (const Error&) {  // said clearly: fine
      }
    }
}

}  // namespace
}  // namespace nmt
