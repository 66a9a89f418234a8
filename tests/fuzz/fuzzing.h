#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "nmt/support/error.h"

// What the fuzzers of this folder share. Their contract: a reader returns or throws nmt::Error,
// whatever the bytes. Any other exception leaves the fuzzer and is found as a crash, as is what the
// sanitizers see, and what takes too long or too much memory.

namespace nmt::fuzzing {

/// A file with these bytes, in memory.
class InputFile {
 public:
  explicit InputFile(std::string_view bytes) : descriptor_(::memfd_create("input", MFD_CLOEXEC)) {
    if (::write(descriptor_, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
      std::abort();
  }
  ~InputFile() { ::close(descriptor_); }
  InputFile(const InputFile&) = delete;
  InputFile& operator=(const InputFile&) = delete;

  std::string path() const { return text("/proc/self/fd/", descriptor_); }

 private:
  int descriptor_;
};

/// Where inputs of several files are parted.
inline constexpr std::string_view kPart = "\n====\n";

/// The files that an input stands for, always `count`: the last one takes the rest, those that are
/// missing are empty.
inline std::vector<std::string_view> split_parts(std::string_view input, size_t count) {
  std::vector<std::string_view> parts;
  while (parts.size() + 1 < count) {
    const size_t end = input.find(kPart);
    parts.push_back(input.substr(0, end));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + kPart.size());
  }
  parts.push_back(input);
  return parts;
}

/// Ends the fuzzer unless `holds`.
inline void require(bool holds, const char* promise) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", promise);
  std::abort();
}

/// Calls `read`, which may throw Error. Returns whether it did not.
template <class Read>
bool accepts(Read read) {
  try {
    read();
    return true;
  } catch (const Error&) {
    return false;
  }
}

inline std::string_view bytes_of(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

}  // namespace nmt::fuzzing
