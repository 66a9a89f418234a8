#pragma once

#include <cstddef>
#include <string>

namespace nmt {

/// What may be done with the memory of a mapped file.
enum class MappedAccess {
  kRead,
  kPrivateChanges,  // a page that is written to becomes this process's own; the file stays as it is
};

/// A file mapped into memory: opening costs nothing, pages are shared between processes.
class MappedFile {
 public:
  /// Throws Error when the file cannot be opened. An empty file gives data() == nullptr.
  explicit MappedFile(const std::string& path, MappedAccess access = MappedAccess::kRead);
  ~MappedFile();
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;

  const std::byte* data() const { return data_; }
  size_t size() const { return size_; }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace nmt
