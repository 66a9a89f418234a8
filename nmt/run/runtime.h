#pragma once

#include <torch/types.h>

#include "nmt/run/run_arguments.h"

namespace nmt {

/// Sets threads, determinism and log level for this process and returns the device to use. Throws
/// UsageError when the device asked for is not there. `local_rank`: of several processes on this
/// machine each takes the GPU of that number, unless the options name one.
torch::Device start_runtime(const RuntimeOptions& options, int64_t local_rank = 0);

/// "cpu, AVX512", or the GPU's name ("cuda:0" in a build without CUDA's headers): for the log and
/// the saved state.
std::string describe_machine(const torch::Device& device);

}  // namespace nmt
