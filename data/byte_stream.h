#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

// Bytes of a file, decompressed on the way. What a file is, is told by its first bytes, not by its
// name.

namespace nmt {

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  /// Fills the front of `buffer` and returns how many bytes it holds now; 0 at the end. Throws
  /// Error for a damaged or truncated file.
  virtual size_t read(std::span<char> buffer) = 0;
};

/// Opens a plain, gzip (.gz, several members too) or zstd (.zst, several frames too) file; "-" is
/// standard input. Throws Error when the file cannot be opened or is a folder.
std::unique_ptr<ByteStream> open_bytes(const std::string& path);

}  // namespace nmt
