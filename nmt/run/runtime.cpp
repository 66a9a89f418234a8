#include "nmt/run/runtime.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <torch/torch.h>

#include <cstdlib>

#ifdef NMT_CUDA
#include <cuda_runtime_api.h>
#endif

namespace nmt {

namespace {

torch::Device gpu_number(int64_t number) {
  const auto count = static_cast<int64_t>(torch::cuda::device_count());
  if (number >= count)
    throw UsageError(
        text("GPU ", number, " is asked for, but there are only ", count, ", counted from 0"),
        "Start as many processes on a machine as it has GPUs, or use --device cpu.");
  return {torch::kCUDA, static_cast<c10::DeviceIndex>(number)};
}

// A build without CUDA's headers knows no more than the number.
std::string gpu_name(const torch::Device& device) {
#ifdef NMT_CUDA
  cudaDeviceProp properties{};
  if (cudaGetDeviceProperties(&properties, device.index()) == cudaSuccess) return properties.name;
#endif
  return text("cuda:", static_cast<int>(device.index()));
}

}  // namespace

torch::Device start_runtime(const RuntimeOptions& options, int64_t local_rank) {
  validate(options);
  log::set_level(options.log_level);
  // oneDNN keeps code for the last 1,024 sizes of products, some 80 MiB, which a stream of text
  // fills little by little. As fast with an eighth of it, which serves the layers of a batch.
  ::setenv("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "128", /*overwrite=*/0);
  // LibTorch's own choice heeds OMP_NUM_THREADS and the cores that a job scheduler allows.
  torch::set_num_threads(options.threads > 0 ? static_cast<int>(options.threads)
                                             : torch::get_num_threads());
  at::globalContext().setDeterministicAlgorithms(options.deterministic, /*warn_only=*/false);
  // Denormal numbers cost a hundredfold on some processors and carry no information here.
  at::globalContext().setFlushDenormal(true);

  const bool gpu = torch::cuda::is_available();
  if (options.device == "auto") return gpu ? gpu_number(local_rank) : torch::Device(torch::kCPU);
  const torch::Device device(options.device);
  if (!device.is_cuda()) return device;
  if (!gpu)
    throw UsageError(text("--device ", options.device, ": no CUDA device is available"),
                     "Use --device cpu, or check the driver with nvidia-smi.");
  return gpu_number(device.has_index() ? device.index() : local_rank);
}

std::string describe_machine(const torch::Device& device) {
  if (device.is_cuda()) return gpu_name(device);
  return text("cpu, ", at::get_cpu_capability());
}

}  // namespace nmt
