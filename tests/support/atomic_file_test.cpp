#include "nmt/support/atomic_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>

#include "nmt/support/error.h"
#include "tests/message_of.h"
#include "tests/temporary_folder.h"

namespace nmt {
namespace {

using ::testing::HasSubstr;

size_t files_in(const std::string& folder) {
  size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) count += entry.exists();
  return count;
}

TEST(AtomicFile, HoldsWhatWasWritten) {
  const TemporaryFolder folder;
  const std::string large(3 << 20, 'x');
  AtomicFile file(folder.file("a"));
  file.write("head");
  file.write(large);
  file.commit();
  EXPECT_EQ(read_file(folder.file("a")), "head" + large);
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, WithoutCommitTheOldFileStays) {
  const TemporaryFolder folder;
  write_file(folder.file("a"), "old");
  { AtomicFile(folder.file("a")).write("new"); }
  EXPECT_EQ(read_file(folder.file("a")), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

// A limit on file size stands for a full disk: the write fails in the middle.
TEST(AtomicFile, AFailedWriteKeepsTheOldFileAndSaysWhy) {
  const TemporaryFolder folder;
  write_file(folder.file("a"), "old");
  const pid_t child = ::fork();
  if (child == 0) {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{1 << 16, 1 << 16};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string said =
        message_of([&] { write_file(folder.file("a"), std::string(1 << 22, 'x')); });
    ::_exit(said.find(folder.file("a")) == std::string::npos);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(WEXITSTATUS(status), 0);
  EXPECT_EQ(read_file(folder.file("a")), "old");
  EXPECT_EQ(files_in(folder.path()), 1u);
}

TEST(AtomicFile, WhatAKilledProcessLeftIsRemovedAndNothingElse) {
  const TemporaryFolder folder;
  folder.write("a.tmp.1", "half of a");
  folder.write("notes.tmp.txt", "a user's");
  AtomicFile open(folder.file("b"));
  open.write("whole");
  remove_unfinished_files(folder.path());
  EXPECT_FALSE(std::filesystem::exists(folder.file("a.tmp.1")));
  EXPECT_TRUE(std::filesystem::exists(folder.file("notes.tmp.txt")));
  open.commit();
  EXPECT_EQ(read_file(folder.file("b")), "whole");
}

TEST(AtomicFile, AMissingFolderIsNamed) {
  EXPECT_THAT(message_of([] { write_file("/nonexistent-folder/a", "x"); }),
              HasSubstr("/nonexistent-folder/a"));
}

// A rename would replace them: once, as root, /dev/null.
TEST(AtomicFile, LeavesAloneWhatIsNoFile) {
  const TemporaryFolder folder;
  const std::string pipe = folder.file("pipe");
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(message_of([&] { write_file(pipe, "x"); }),
              HasSubstr("is no file but a device or a pipe"));
  EXPECT_TRUE(std::filesystem::is_fifo(pipe));
  EXPECT_THAT(message_of([&] { write_file(folder.path(), "x"); }), HasSubstr("is a folder"));
  EXPECT_THAT(message_of([] { read_file(""); }), HasSubstr("is empty"));
}

}  // namespace
}  // namespace nmt
