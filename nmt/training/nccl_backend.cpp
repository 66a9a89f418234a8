#include "nmt/training/nccl_backend.h"

#include <chrono>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

extern "C" void nmt_open_nccl_backend(c10::intrusive_ptr<c10d::Backend>& backend,
                                      const c10::intrusive_ptr<c10d::Store>& store, int rank,
                                      int size) {
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  // Limits are ProcessWatch's matter, which knows when patience is in place: while data is
  // prepared.
  options->timeout = std::chrono::hours(24 * 365);
  backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}
