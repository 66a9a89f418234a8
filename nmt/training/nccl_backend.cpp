#include "nmt/training/nccl_backend.h"

#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

extern "C" void nmt_open_nccl_backend(c10::intrusive_ptr<c10d::Backend>& backend,
                                      const c10::intrusive_ptr<c10d::Store>& store, int rank,
                                      int size, std::chrono::seconds time_limit) {
  const auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = time_limit;
  backend = c10::make_intrusive<c10d::ProcessGroupNCCL>(store, rank, size, options);
}
