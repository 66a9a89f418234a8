#pragma once

#include <cstddef>
#include <string>
#include <string_view>

// Files that are either complete or not there: written under a temporary name beside their place,
// flushed to disk, then renamed. A killed process or a full disk never damages what was there
// before.

namespace nmt {

/// Writes one file. Without commit() the destructor removes what was written.
class AtomicFile {
 public:
  /// Throws Error when the folder does not exist or is not writable, and when something other than
  /// a file has this path: a folder, a device, a pipe.
  explicit AtomicFile(std::string path);
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Appends (buffered). Throws Error naming the file and the system's reason (disk full …).
  void write(const void* data, size_t size);
  void write(std::string_view data) { write(data.data(), data.size()); }
  size_t size() const { return size_; }

  /// Brings to disk what was written so far: where several files take the place of others, a full
  /// disk shows before the first of those is given up.
  void sync();
  /// Syncs and renames; the file is complete afterwards.
  void commit();

 private:
  void flush();
  std::string path_, temporary_;
  std::string buffer_;
  size_t size_ = 0;
  int descriptor_ = -1;
};

/// Writes a whole small file atomically.
void write_file(const std::string& path, std::string_view content);

/// Reads a whole file. Throws Error when it cannot be read.
std::string read_file(const std::string& path);

/// Makes renames in `folder` durable (fsync of the directory, where the file system has it).
void sync_folder(const std::string& folder);

/// Whether a file of this name is one that is being written, or was by a process that was killed.
bool is_unfinished_file(const std::string& name);

/// Removes what processes that were killed left unfinished in `folder`; leaves alone what a process
/// is writing.
void remove_unfinished_files(const std::string& folder);

}  // namespace nmt
