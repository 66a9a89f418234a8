#include "nmt/scoring/parallel.h"

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace nmt::scoring {
namespace {

constexpr size_t kMostThreads = 256;  // more than any machine profits from

}  // namespace

void run_in_parallel(size_t count, int threads, const std::function<void(size_t)>& work) {
  const size_t wanted =
      threads > 0 ? static_cast<size_t>(threads) : std::thread::hardware_concurrency();
  std::atomic<size_t> next = 0;
  std::exception_ptr failure;
  std::mutex failing;
  const auto run = [&] {
    for (size_t index = next++; index < count; index = next++) {
      try {
        work(index);
      } catch (...) {
        const std::lock_guard lock(failing);
        if (!failure) failure = std::current_exception();
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (size_t i = 1; i < std::min({wanted, count, kMostThreads}); ++i) helpers.emplace_back(run);
    run();
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace nmt::scoring
