#include "nmt/support/file_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <thread>

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

TEST(FileLock, WaitsForItsTurn) {
  const TemporaryFolder folder;
  const std::string path = folder.file("lock");
  std::optional<FileLock> held(std::in_place, path, "");
  std::atomic<bool> is_free = false;
  std::thread second([&] {
    const FileLock lock = FileLock::wait(path, "which prepares the data");
    EXPECT_TRUE(is_free);
    EXPECT_THROW(const FileLock third(path, ""), Error);
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(50));
  is_free = true;
  held.reset();
  second.join();
  EXPECT_NO_THROW(const FileLock again(path, ""));
  EXPECT_NO_THROW(FileLock::wait(folder.file("missing/lock"), "")) << "nothing to lock there";
}

TEST(FileLock, NamesAFileThatCannotBeMade) {
  const TemporaryFolder folder;
  EXPECT_THROW(const FileLock lock(folder.file("missing/lock"), ""), Error);
}

}  // namespace
}  // namespace nmt
