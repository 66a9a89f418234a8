#include "nmt/support/safetensors.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include "nmt/support/error.h"
#include "nmt/support/parse_json.h"

namespace nmt {
namespace {

constexpr size_t kLengthBytes = 8;
constexpr const char* kDamaged =
    "The file is damaged or incomplete: restore it from a copy, or use another checkpoint.";

size_t element_count(const std::vector<int64_t>& shape) {
  size_t count = 1;
  for (const int64_t extent : shape) {
    size_t next = 0;
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<size_t>(extent), &next))
      return SIZE_MAX;
    count = next;
  }
  return count;
}

TensorEntry read_entry(const nlohmann::json& value, const std::string& name, size_t data_size,
                       const std::string& path) {
  TensorEntry entry;
  entry.dtype = value.at("dtype").get<std::string>();
  entry.shape = value.at("shape").get<std::vector<int64_t>>();
  const auto offsets = value.at("data_offsets").get<std::vector<int64_t>>();
  if (offsets.size() != 2 || offsets[0] < 0 || offsets[1] < 0)
    throw Error(FilePosition{path}, text("tensor '", name, "' has no proper data_offsets"),
                kDamaged);
  entry.begin = static_cast<size_t>(offsets[0]);
  entry.end = static_cast<size_t>(offsets[1]);
  size_t expected = 0;
  const bool overflow =
      __builtin_mul_overflow(element_count(entry.shape), element_size(entry.dtype), &expected);
  if (overflow || entry.begin > entry.end || entry.end > data_size ||
      entry.end - entry.begin != expected)
    throw Error(FilePosition{path}, text("tensor '", name, "' does not lie inside the file"),
                kDamaged);
  return entry;
}

}  // namespace

size_t element_size(const std::string& dtype) {
  if (dtype == "F64" || dtype == "I64") return 8;
  if (dtype == "F32" || dtype == "I32") return 4;
  if (dtype == "BF16" || dtype == "F16") return 2;
  if (dtype == "U8" || dtype == "I8" || dtype == "BOOL") return 1;
  throw Error(text("unknown tensor type '", dtype, "'"));
}

SafetensorsFile::SafetensorsFile(const std::string& path)
    : file_(path, MappedAccess::kPrivateChanges) {
  uint64_t header_size = 0;
  if (file_.size() < kLengthBytes)
    throw Error(FilePosition{path}, "not a safetensors file: too short", kDamaged);
  std::memcpy(&header_size, file_.data(), kLengthBytes);
  if (header_size > file_.size() - kLengthBytes)
    throw Error(FilePosition{path},
                "not a safetensors file, or cut short: its header is longer than the file",
                kDamaged);
  data_start_ = kLengthBytes + header_size;
  const auto* begin = reinterpret_cast<const char*>(file_.data()) + kLengthBytes;
  try {
    const nlohmann::json header = parse_json({begin, header_size});
    for (const auto& [name, value] : header.items()) {
      if (name == "__metadata__")
        metadata_ = value.get<std::map<std::string, std::string>>();
      else
        tensors_.emplace(name, read_entry(value, name, file_.size() - data_start_, path));
    }
  } catch (const nlohmann::json::exception& error) {
    throw Error(FilePosition{path}, text("its header is not valid: ", error.what()), kDamaged);
  }
}

const TensorEntry& SafetensorsFile::entry(const std::string& name) const {
  const auto found = tensors_.find(name);
  if (found == tensors_.end())
    throw Error(FilePosition{file_.path()}, text("holds no tensor '", name, "'"));
  return found->second;
}

std::span<const std::byte> SafetensorsFile::bytes(const std::string& name) const {
  const TensorEntry& found = entry(name);
  if (found.begin == found.end) return {};
  return {file_.data() + data_start_ + found.begin, found.end - found.begin};
}

void write_safetensors(const std::string& path, const std::map<std::string, TensorView>& tensors,
                       const std::map<std::string, std::string>& metadata) {
  nlohmann::json header = nlohmann::json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  size_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    header[name] = {{"dtype", tensor.dtype},
                    {"shape", tensor.shape},
                    {"data_offsets", {offset, offset + tensor.data.size()}}};
    offset += tensor.data.size();
  }
  // Padded with spaces so that the data section starts at a multiple of 64 bytes.
  std::string text = header.dump();
  const size_t aligned = (kLengthBytes + text.size() + 63) / 64 * 64;
  text.resize(aligned - kLengthBytes, ' ');
  const uint64_t header_size = text.size();
  AtomicFile file(path);
  file.write(&header_size, kLengthBytes);
  file.write(text);
  for (const auto& entry : tensors) file.write(entry.second.data.data(), entry.second.data.size());
  file.commit();
}

}  // namespace nmt
