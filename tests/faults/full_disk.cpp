// A disk that is full at one moment, to be preloaded (LD_PRELOAD) into a program: one of its calls
// that need space on the disk fails with ENOSPC, and says so on stderr. Environment:
//
//   FULL_DISK_FOLDER  the disk: calls for files below count, others pass
//   FULL_DISK_AT      which of the calls fails, from 1
//   FULL_DISK_STAYS   when set, those after it fail too

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <string>

namespace {

std::string environment(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

// Whether this call, for a file of that path, is to fail.
bool fails(const char* call, const std::string& path) {
  static const std::string folder = environment("FULL_DISK_FOLDER") + "/";
  static const long chosen = std::atol(environment("FULL_DISK_AT").c_str());
  static const bool stays = !environment("FULL_DISK_STAYS").empty();
  static std::atomic<long> count = 0;
  if (!path.starts_with(folder)) return false;
  const long number = ++count;
  if (number < chosen || (number > chosen && !stays)) return false;
  if (number == chosen) std::fprintf(stderr, "full disk: %s %s\n", call, path.c_str());
  errno = ENOSPC;
  return true;
}

bool fails(const char* call, int descriptor) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path);
  return size > 0 && fails(call, std::string(path, static_cast<size_t>(size)));
}

// The function that this library stands in front of.
template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

bool makes_file(int flags, const char* path) {
  return (flags & O_CREAT) != 0 && ::access(path, F_OK) != 0;
}

}  // namespace

// A call that fails with FAILURE where PLACE is on the disk and it is its turn.
#define FAIL_OR_CALL(NAME, PLACE, FAILURE, ...)             \
  if (fails(#NAME, PLACE)) return FAILURE;                  \
  static const auto function = next<decltype(NAME)>(#NAME); \
  return function(__VA_ARGS__)

extern "C" {

ssize_t write(int fd, const void* data, size_t size) {
  FAIL_OR_CALL(write, fd, -1, fd, data, size);
}
ssize_t writev(int fd, const iovec* parts, int count) {
  FAIL_OR_CALL(writev, fd, -1, fd, parts, count);
}
ssize_t pwrite(int fd, const void* data, size_t size, off_t at) {
  FAIL_OR_CALL(pwrite, fd, -1, fd, data, size, at);
}
int ftruncate(int fd, off_t size) noexcept {
  FAIL_OR_CALL(ftruncate, fd, -1, fd, size);
}
int fsync(int fd) {
  FAIL_OR_CALL(fsync, fd, -1, fd);
}
int mkdir(const char* path, mode_t mode) noexcept {
  FAIL_OR_CALL(mkdir, path, -1, path, mode);
}
int rename(const char* from, const char* to) noexcept {
  FAIL_OR_CALL(rename, to, -1, from, to);
}
int symlink(const char* to, const char* path) noexcept {
  FAIL_OR_CALL(symlink, path, -1, to, path);
}
// C's own streams, whose writes stay inside the C library.
size_t fwrite(const void* data, size_t size, size_t count, FILE* file) {
  FAIL_OR_CALL(fwrite, ::fileno(file), 0, data, size, count, file);
}
FILE* fopen(const char* path, const char* mode) {
  if (::access(path, F_OK) != 0 && *mode != 'r' && fails("fopen", path)) return nullptr;
  return next<decltype(fopen)>("fopen")(path, mode);
}
FILE* fopen64(const char* path, const char* mode) {
  return fopen(path, mode);
}
int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const mode_t mode = (flags & O_CREAT) != 0 ? va_arg(more, mode_t) : 0;
  va_end(more);
  if (makes_file(flags, path) && fails("open", path)) return -1;
  return next<int(const char*, int, ...)>("open")(path, flags, mode);
}
}
