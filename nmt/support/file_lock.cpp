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

FileLock::FileLock(const std::string& path, const std::string& remedy)
    : descriptor_(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644)) {
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
  // For the message above; that it is there is not what locks.
  const std::string number = text(::getpid());
  if (::ftruncate(descriptor_, 0) != 0 ||
      ::pwrite(descriptor_, number.data(), number.size(), 0) < 0)
    log::warning(path, ": ", std::strerror(errno));
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace nmt
