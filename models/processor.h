#pragma once

namespace nmt {

// What the processor at hand can do; nothing of it on other makes than x86-64.

#if defined(__x86_64__)
/// The parts of AVX-512 that the loops here, and oneDNN for bf16, need: F, BW, DQ and VL.
inline bool has_avx512() {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
         __builtin_cpu_supports("avx512vl");
}
inline bool has_avx512_vnni() {
  return __builtin_cpu_supports("avx512vnni");
}
inline bool has_avx2() {
  return __builtin_cpu_supports("avx2");
}
inline bool has_fma() {
  return __builtin_cpu_supports("fma");
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
inline bool has_fma() {
  return false;
}
#endif

}  // namespace nmt
