#include "nmt/training/tensor_file.h"

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "nmt/support/error.h"
#include "nmt/support/safetensors.h"

namespace nmt {
namespace {

struct TypeName {
  torch::ScalarType type;
  const char* name;
};

constexpr TypeName kTypes[] = {
    {torch::kFloat32, "F32"}, {torch::kFloat64, "F64"}, {torch::kBFloat16, "BF16"},
    {torch::kFloat16, "F16"}, {torch::kInt64, "I64"},   {torch::kInt32, "I32"},
    {torch::kUInt8, "U8"},    {torch::kInt8, "I8"},     {torch::kBool, "BOOL"}};

const char* name_of(torch::ScalarType type) {
  for (const TypeName& entry : kTypes)
    if (entry.type == type) return entry.name;
  throw Error(text("tensors of type ", torch::toString(type), " cannot be saved"));
}

torch::ScalarType type_of(const std::string& name) {
  for (const TypeName& entry : kTypes)
    if (name == entry.name) return entry.type;
  throw Error(text("unknown tensor type '", name, "'"));
}

}  // namespace

void save_tensors(const std::string& path, const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata) {
  std::vector<torch::Tensor> kept;  // keeps the bytes alive until they are written
  std::map<std::string, TensorView> views;
  for (const auto& [name, tensor] : tensors) {
    kept.push_back(tensor.detach().to(torch::kCPU).contiguous());
    const torch::Tensor& source = kept.back();
    views[name] = {name_of(source.scalar_type()),
                   source.sizes().vec(),
                   {static_cast<const std::byte*>(source.data_ptr()), source.nbytes()}};
  }
  write_safetensors(path, views, metadata);
}

TensorMap load_tensors(const std::string& path) {
  const auto file = std::make_shared<SafetensorsFile>(path);
  TensorMap tensors;
  for (const auto& [name, entry] : file->tensors()) {
    const torch::ScalarType type = type_of(entry.dtype);
    const auto bytes = file->bytes(name);
    // The bytes are constant for others; this map may be written to (SafetensorsFile).
    void* data = const_cast<std::byte*>(bytes.data());
    tensors[name] = bytes.empty() ? torch::empty(entry.shape, type)
                                  : torch::from_blob(
                                        data, entry.shape, [file](void*) {}, type);
  }
  return tensors;
}

TensorMap clone(const TensorMap& tensors) {
  TensorMap copies;
  for (const auto& [name, tensor] : tensors) copies.emplace(name, tensor.clone());
  return copies;
}

}  // namespace nmt
