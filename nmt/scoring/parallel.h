#pragma once

#include <cstddef>
#include <functional>

namespace nmt::scoring {

/// Calls `work` with 0 … count - 1 from `threads` threads (0: one a processor; never above 256), in
/// no certain order. When a call throws, no further ones start and the first exception is thrown
/// on.
void run_in_parallel(size_t count, int threads, const std::function<void(size_t)>& work);

}  // namespace nmt::scoring
