#include "nmt/support/file_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

TEST(FileLock, KeepsOthersOutWhileItLives) {
  const TemporaryFolder folder;
  const std::string path = folder.file("lock");
  std::optional<FileLock> held(std::in_place, path, "Wait.");
  const std::string message = message_of([&] { const FileLock second(path, "Wait."); });
  EXPECT_NE(message.find(path), std::string::npos) << message;
  EXPECT_NE(message.find(text("process ", ::getpid())), std::string::npos) << message;
  EXPECT_NE(message.find("Wait."), std::string::npos) << message;
  held.reset();
  EXPECT_NO_THROW(const FileLock again(path, "Wait."));
}

TEST(FileLock, NamesAFileThatCannotBeMade) {
  const TemporaryFolder folder;
  EXPECT_THROW(const FileLock lock(folder.file("missing/lock"), ""), Error);
}

}  // namespace
}  // namespace nmt
