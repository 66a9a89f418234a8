#pragma once

#include <string>

namespace nmt {

/// Keeps other processes out while it lives: an advisory lock (flock) on a file, which is made if
/// need be and stays. The system frees it however the process ends, so nothing is left to clear
/// away after a crash.
class FileLock {
 public:
  /// Throws Error when another process holds it, with its number and `remedy`. Where the file
  /// system has no locks it warns and locks nothing.
  FileLock(const std::string& path, const std::string& remedy);
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  int descriptor_ = -1;
};

}  // namespace nmt
