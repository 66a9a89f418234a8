#pragma once

#include <c10/util/intrusive_ptr.h>

#include <torch/csrc/distributed/c10d/Backend.hpp>
#include <torch/csrc/distributed/c10d/Store.hpp>

namespace nmt {

// LibTorch's collectives over NCCL, for training with several GPUs. In a library of their own,
// which is built where CUDA's and NCCL's headers are (the torch wheel with CUDA brings them); it
// has one C function:

inline constexpr const char* kNcclLibrary = "libnmt_nccl.so";
inline constexpr const char* kNcclEntry = "nmt_open_nccl_backend";

/// The type of nmt_open_nccl_backend: sets `backend` to that of process `rank` of `size`, which
/// find each other through `store`.
using NcclEntry = void(c10::intrusive_ptr<c10d::Backend>& backend,
                       const c10::intrusive_ptr<c10d::Store>& store, int rank, int size);

}  // namespace nmt
