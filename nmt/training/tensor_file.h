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

/// Reads all tensors of a file onto the CPU. They are views of the memory-mapped file: loading
/// costs nothing, what is written to them stays in this process, and the file keeps its place on
/// the disk as long as one of them lives, removed or not.
TensorMap load_tensors(const std::string& path);

/// The same tensors in memory of their own.
TensorMap clone(const TensorMap& tensors);

}  // namespace nmt
