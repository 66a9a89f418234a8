#include "nmt/support/file_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "nmt/support/atomic_file.h"
#include "nmt/support/file_error.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

int open_lock(const std::string& path) {
  return ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

}  // namespace

FileLock::FileLock(const std::string& path, const std::string& remedy)
    : descriptor_(open_lock(path)) {
  if (descriptor_ < 0) throw file_error(path, "open", errno);
  if (::flock(descriptor_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    ::close(descriptor_);
    descriptor_ = -1;
    if (reason == EWOULDBLOCK)
      throw Error(FilePosition{path}, text("in use by process ", read_file(path)), remedy);
    log::warning(path, ": ", std::strerror(reason), ": nothing keeps a second process out");
    return;
  }
  write_number(path);
}

FileLock FileLock::wait(const std::string& path, const std::string& why) {
  FileLock lock(open_lock(path));
  if (lock.descriptor_ < 0) return lock;
  int failed = ::flock(lock.descriptor_, LOCK_EX | LOCK_NB);
  if (failed != 0 && errno == EWOULDBLOCK) {
    log::info("waiting for process ", read_file(path), ", ", why);
    do failed = ::flock(lock.descriptor_, LOCK_EX);
    while (failed != 0 && errno == EINTR);
  }
  if (failed == 0) lock.write_number(path);
  return lock;
}

// For the messages above; that it is there is not what locks.
void FileLock::write_number(const std::string& path) const {
  const std::string number = text(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, number.data(), number.size(), 0) < 0)
    log::warning(path, ": ", std::strerror(errno));
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace nmt
