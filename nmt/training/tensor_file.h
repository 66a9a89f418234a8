#pragma once

#include <torch/types.h>

#include <map>
#include <string>

namespace nmt {

/// Tensors by name, in name order.
using TensorMap = std::map<std::string, torch::Tensor>;

/// Writes tensors as safetensors, atomically. Tensors may be on any device; shapes and types are
/// kept.
void save_tensors(const std::string& path, const TensorMap& tensors,
                  const std::map<std::string, std::string>& metadata = {});

/// Reads all tensors of a file onto the CPU. They are views of the memory-mapped file: cheap to
/// load, read-only in spirit; clone before changing them.
TensorMap load_tensors(const std::string& path);

}  // namespace nmt
