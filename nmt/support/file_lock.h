#pragma once

#include <string>
#include <utility>

namespace nmt {

/// Keeps other processes out while it lives: an advisory lock (flock) on a file, which is made if
/// need be and stays. The system frees it however the process ends, so nothing is left to clear
/// away after a crash.
class FileLock {
 public:
  /// Throws Error when another process holds it, with its number and `remedy`. Where the file
  /// system has no locks it warns and locks nothing.
  FileLock(const std::string& path, const std::string& remedy);
  /// Waits until no other process holds it, and says so with `why`. Where the file cannot be
  /// opened, as in a folder that is read only, it locks nothing.
  static FileLock wait(const std::string& path, const std::string& why);
  ~FileLock();
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  void write_number(const std::string& path) const;

  int descriptor_ = -1;
};

}  // namespace nmt
