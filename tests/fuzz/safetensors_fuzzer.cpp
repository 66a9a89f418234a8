// Weights: every tensor that the header names lies inside the file.

#include <numeric>

#include "nmt/support/safetensors.h"
#include "tests/fuzz/fuzzing.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace nmt;
  const fuzzing::InputFile input(fuzzing::bytes_of(data, size));
  fuzzing::accepts([&] {
    const SafetensorsFile file(input.path());
    for (const auto& [name, entry] : file.tensors()) {
      const std::span<const std::byte> bytes = file.bytes(name);
      volatile unsigned sum = 0;  // reads them all
      for (const std::byte byte : bytes) sum = sum + static_cast<unsigned>(byte);
      const size_t elements =
          std::accumulate(entry.shape.begin(), entry.shape.end(), size_t{1},
                          [](size_t a, int64_t b) { return a * static_cast<size_t>(b); });
      fuzzing::require(elements * element_size(entry.dtype) == bytes.size(),
                       "a tensor's shape fits its bytes");
    }
  });
  return 0;
}
