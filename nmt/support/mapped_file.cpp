#include "nmt/support/mapped_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "nmt/support/file_error.h"

namespace nmt {

MappedFile::MappedFile(const std::string& path, MappedAccess access) : path_(path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw file_error(path, "open", errno);
  struct stat status {};
  ::fstat(descriptor, &status);
  size_ = static_cast<size_t>(status.st_size);
  if (size_ > 0) {
    const bool read_only = access == MappedAccess::kRead;
    void* address = ::mmap(nullptr, size_, read_only ? PROT_READ : PROT_READ | PROT_WRITE,
                           read_only ? MAP_SHARED : MAP_PRIVATE | MAP_NORESERVE, descriptor, 0);
    const int code = errno;
    if (address != MAP_FAILED) data_ = static_cast<const std::byte*>(address);
    ::close(descriptor);
    if (data_ == nullptr) throw file_error(path, "map into memory", code);
  } else {
    ::close(descriptor);
  }
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : path_(std::move(other.path_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

}  // namespace nmt
