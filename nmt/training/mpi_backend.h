#pragma once

#include <c10/util/intrusive_ptr.h>

#include <torch/csrc/distributed/c10d/Backend.hpp>

namespace nmt {

// Collectives of c10d over MPI, for training with several processes on CPUs. They lie in a library
// of their own, so that nothing else of the program needs an MPI; it has one C function:

inline constexpr const char* kMpiLibrary = "libnmt_mpi.so";
inline constexpr const char* kMpiEntry = "nmt_open_mpi_backend";

/// The type of nmt_open_mpi_backend: starts MPI in this process, once, and sets `backend`, which
/// sums and broadcasts dense CPU tensors in the order in which it is asked to, in a thread of its
/// own. MPI ends with the backend; when that is destroyed by an exception, MPI is left as it is, so
/// that the launcher sees a failure and ends the other processes. Throws Error when MPI does not
/// start.
using MpiEntry = void(c10::intrusive_ptr<c10d::Backend>& backend);

}  // namespace nmt
