#pragma once

#include <gtest/gtest.h>
#include <torch/torch.h>

#include <string>

// Tests of what a GPU must do as well. They run on the CPU too, which shows on every machine that
// they are right themselves.

namespace nmt::testing {

class OnDevice : public ::testing::WithParamInterface<torch::DeviceType> {
 protected:
  torch::Device device() const { return GetParam(); }
  bool is_missing() const { return device().is_cuda() && !torch::cuda::is_available(); }
};

inline const auto kDevices = ::testing::Values(torch::kCPU, torch::kCUDA);

inline std::string device_name(const ::testing::TestParamInfo<torch::DeviceType>& info) {
  return info.param == torch::kCUDA ? "OnAGpu" : "OnTheCpu";
}

}  // namespace nmt::testing
