#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "nmt/support/atomic_file.h"
#include "nmt/support/mapped_file.h"

// The safetensors format (huggingface/safetensors): 8 bytes of header length, a JSON header, then
// raw little-endian tensors. Read by Python without this project; read here through a memory map,
// without copies.

namespace nmt {

/// How one tensor lies in a file.
struct TensorEntry {
  std::string dtype;           // "F32", "BF16", "F16", "F64", "I64", "I32", "U8", "BOOL"
  std::vector<int64_t> shape;  // {} is a scalar
  size_t begin = 0, end = 0;   // byte range within the data section
};

/// Bytes of one element. Throws Error for a dtype this project does not write.
size_t element_size(const std::string& dtype);

/// A safetensors file, mapped into memory. What is written to its bytes stays in this process.
class SafetensorsFile {
 public:
  /// Checks the header and that every tensor lies inside the file; throws Error naming the file
  /// when it is damaged or truncated.
  explicit SafetensorsFile(const std::string& path);

  const std::map<std::string, TensorEntry>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const { return metadata_; }
  const std::string& path() const { return file_.path(); }
  /// Throws Error when there is no tensor of that name.
  const TensorEntry& entry(const std::string& name) const;
  /// The tensor's bytes, where they lie in the file, which need not be aligned to its element size;
  /// valid as long as this object.
  std::span<const std::byte> bytes(const std::string& name) const;

 private:
  MappedFile file_;
  size_t data_start_ = 0;
  std::map<std::string, TensorEntry> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// One tensor to be written; `data` must stay valid until write_safetensors returns.
struct TensorView {
  std::string dtype;
  std::vector<int64_t> shape;
  std::span<const std::byte> data;
};

/// Writes atomically; tensors in name order.
void write_safetensors(const std::string& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata = {});

}  // namespace nmt
