#include "nmt/support/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>

#include "nmt/support/file_error.h"

namespace nmt {
namespace {

constexpr size_t kBufferSize = 1 << 20;

// Of what is being written: stands between its name and the process id.
constexpr std::string_view kTemporary = ".tmp.";

[[noreturn]] void fail(const std::string& action, const std::string& path) {
  throw file_error(path, action, errno);
}

void write_all(int descriptor, const char* data, size_t size, const std::string& path) {
  while (size > 0) {
    const ssize_t written = ::write(descriptor, data, size);
    if (written < 0) {
      if (errno == EINTR) continue;
      fail("write", path);
    }
    data += written;
    size -= static_cast<size_t>(written);
  }
}

std::string folder_of(const std::string& path) {
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return folder.empty() ? "." : folder;
}

/// The rename at the end would put a file where a device such as /dev/null was.
void require_place_for_file(const std::string& path) {
  std::error_code ignored;
  const std::filesystem::file_status status = std::filesystem::status(path, ignored);
  if (!exists(status) || is_regular_file(status)) return;
  throw Error(FilePosition{path},
              is_directory(status) ? "is a folder" : "is no file but a device or a pipe",
              "Name a file; it need not be there yet.");
}

}  // namespace

AtomicFile::AtomicFile(std::string path)
    : path_(std::move(path)), temporary_(text(path_, kTemporary, ::getpid())) {
  require_place_for_file(path_);
  descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (descriptor_ < 0) fail("create", path_);
  ::flock(descriptor_, LOCK_EX | LOCK_NB);  // until it is closed, however the process ends
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(const void* data, size_t size) {
  size_ += size;
  if (buffer_.size() + size > kBufferSize) flush();
  if (size > kBufferSize)
    write_all(descriptor_, static_cast<const char*>(data), size, path_);
  else
    buffer_.append(static_cast<const char*>(data), size);
}

void AtomicFile::flush() {
  write_all(descriptor_, buffer_.data(), buffer_.size(), path_);
  buffer_.clear();
}

void AtomicFile::sync() {
  flush();
  if (::fsync(descriptor_) != 0) fail("flush", path_);
}

void AtomicFile::commit() {
  sync();
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0 || std::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary_.c_str());
    errno = code;
    fail("rename into place", path_);
  }
  sync_folder(folder_of(path_));
}

void write_file(const std::string& path, std::string_view content) {
  AtomicFile file(path);
  file.write(content);
  file.commit();
}

std::string read_file(const std::string& path) {
  if (path.empty()) throw Error("the name of a file to read is empty");
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail("open", path);
  std::string content;
  struct stat facts {};
  if (::fstat(descriptor, &facts) == 0 && S_ISREG(facts.st_mode))
    content.reserve(static_cast<size_t>(facts.st_size));
  char chunk[1 << 16];
  ssize_t count = 0;
  while ((count = ::read(descriptor, chunk, sizeof chunk)) > 0)
    content.append(chunk, static_cast<size_t>(count));
  const int code = errno;
  ::close(descriptor);
  errno = code;
  if (count < 0) fail("read", path);
  return content;
}

void sync_folder(const std::string& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;  // some network file systems refuse; the rename itself has been done
  const int code = ::fsync(descriptor) == 0 ? 0 : errno;
  ::close(descriptor);
  if (code != 0 && code != EINVAL) throw file_error(folder, "flush", code);
}

bool is_unfinished_file(const std::string& name) {
  const size_t found = name.rfind(kTemporary);
  if (found == std::string::npos) return false;
  const std::string_view process = std::string_view(name).substr(found + kTemporary.size());
  return !process.empty() && process.find_first_not_of("0123456789") == std::string_view::npos;
}

void remove_unfinished_files(const std::string& folder) {
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (!is_unfinished_file(entry.path().filename().string())) continue;
    const int descriptor = ::open(entry.path().c_str(), O_RDWR | O_CLOEXEC);
    if (descriptor < 0) continue;
    if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) std::filesystem::remove(entry.path());
    ::close(descriptor);
  }
}

}  // namespace nmt
