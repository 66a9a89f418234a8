#pragma once

#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <type_traits>

#include "nmt/support/error.h"

namespace nmt {

/// What the environment variable NMT_PROCESSOR leaves of the processor, so that tests run what is
/// compiled for older ones too:
///
///   NMT_PROCESSOR=avx2       no AVX-512
///   NMT_PROCESSOR=portable   none of what is asked for below
///
/// It is read once. The loops of this program follow it; what LibTorch and oneDNN choose among
/// their own does not.
enum class ProcessorLimit { kNone, kAvx2, kPortable };

/// What that value of NMT_PROCESSOR means.
inline ProcessorLimit processor_limit(std::string_view value) {
  if (value == "avx2") return ProcessorLimit::kAvx2;
  if (value == "portable") return ProcessorLimit::kPortable;
  if (!value.empty())
    throw UsageError(text("the environment variable NMT_PROCESSOR is '", value, "'"),
                     "Set it to avx2 or portable, or not at all.");
  return ProcessorLimit::kNone;
}

inline ProcessorLimit processor_limit() {
  static const ProcessorLimit limit = [] {
    const char* const value = std::getenv("NMT_PROCESSOR");
    return processor_limit(value == nullptr ? "" : value);
  }();
  return limit;
}

// What the processor at hand can do; nothing of it on other makes than x86-64.

#if defined(__x86_64__)
/// The parts of AVX-512 that the loops here need: F, BW, DQ and VL.
inline bool has_avx512() {
  return processor_limit() == ProcessorLimit::kNone && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
inline bool has_avx512_vnni() {
  return has_avx512() && __builtin_cpu_supports("avx512vnni");
}
/// With FMA.
inline bool has_avx2() {
  return processor_limit() != ProcessorLimit::kPortable && __builtin_cpu_supports("avx2") &&
         __builtin_cpu_supports("fma");
}
#else
inline bool has_avx512() {
  return false;
}
inline bool has_avx512_vnni() {
  return false;
}
inline bool has_avx2() {
  return false;
}
#endif

// The program is built for the oldest processor of its kind; loops that matter, for the one it runs
// on. They are told, by the type of their first argument, how many bytes its vectors have.

template <int64_t kBytes>
using VectorBytes = std::integral_constant<int64_t, kBytes>;

#if defined(__x86_64__)
template <class Loop>
[[gnu::target("avx512f,avx512bw,avx512dq,avx512vl")]] void run_avx512(const Loop& loop,
                                                                      int64_t begin, int64_t end) {
  loop(VectorBytes<64>(), begin, end);
}
template <class Loop>
[[gnu::target("avx2,fma")]] void run_avx2(const Loop& loop, int64_t begin, int64_t end) {
  loop(VectorBytes<32>(), begin, end);
}
#endif
template <class Loop>
void run_portable(const Loop& loop, int64_t begin, int64_t end) {
  loop(VectorBytes<16>(), begin, end);
}

template <class Loop>
auto fastest_run() {
#if defined(__x86_64__)
  if (has_avx512()) return &run_avx512<Loop>;
  if (has_avx2()) return &run_avx2<Loop>;
#endif
  return &run_portable<Loop>;
}

/// Calls loop(VectorBytes<…>(), begin, end) as compiled for the processor at hand. Its operator()
/// must be always inlined (gnu::always_inline), and so must what that calls.
template <class Loop>
[[gnu::always_inline]] inline void run_on_this_processor(const Loop& loop, int64_t begin,
                                                         int64_t end) {
  static const auto run = fastest_run<Loop>();
  run(loop, begin, end);
}

}  // namespace nmt
