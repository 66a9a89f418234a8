#pragma once

#include <cstddef>
#include <string>

namespace nmt {

/// A file mapped read-only into memory: opening costs nothing, pages are shared between processes.
class MappedFile {
 public:
  /// Throws Error when the file cannot be opened. An empty file gives data() == nullptr.
  explicit MappedFile(const std::string& path);
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
