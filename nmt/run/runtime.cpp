#include "nmt/run/runtime.h"

#include <ATen/Context.h>
#include <ATen/Version.h>
#include <torch/torch.h>

namespace nmt {

torch::Device start_runtime(const RuntimeOptions& options) {
  log::set_level(options.log_level);
  // LibTorch's own choice heeds OMP_NUM_THREADS and the cores that a job scheduler allows.
  torch::set_num_threads(options.threads > 0 ? static_cast<int>(options.threads)
                                             : torch::get_num_threads());
  at::globalContext().setDeterministicAlgorithms(options.deterministic, /*warn_only=*/false);
  // Denormal numbers cost a hundredfold on some processors and carry no information here.
  at::globalContext().setFlushDenormal(true);

  const bool gpu = torch::cuda::is_available();
  if (options.device == "auto")
    return gpu ? torch::Device(torch::kCUDA, 0) : torch::Device(torch::kCPU);
  torch::Device device(options.device);
  if (!device.is_cuda()) return device;
  if (!gpu)
    throw UsageError(text("--device ", options.device, ": no CUDA device is available"),
                     "Use --device cpu, or check the driver with nvidia-smi.");
  if (!device.has_index()) device.set_index(0);
  if (device.index() >= static_cast<int>(torch::cuda::device_count()))
    throw UsageError(text("--device ", options.device, ": there are only ",
                          torch::cuda::device_count(), " CUDA devices"));
  return device;
}

std::string describe_machine(const torch::Device& device) {
  if (device.is_cuda()) return text("cuda:", static_cast<int>(device.index()));
  return text("cpu, ", at::get_cpu_capability());
}

}  // namespace nmt
