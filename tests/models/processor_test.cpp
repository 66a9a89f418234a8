#include "models/processor.h"

#include <gtest/gtest.h>

#include "tests/message_of.h"

namespace nmt {
namespace {

struct Loop {
  template <int64_t kBytes>
  [[gnu::always_inline]] void operator()(VectorBytes<kBytes>, int64_t, int64_t) const {}
};

auto expected_run(ProcessorLimit limit) {
#if defined(__x86_64__)
  if (limit == ProcessorLimit::kNone && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl"))
    return &run_avx512<Loop>;
  if (limit != ProcessorLimit::kPortable && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("fma"))
    return &run_avx2<Loop>;
#endif
  return &run_portable<Loop>;
}

TEST(Processor, RunsTheWidestLoopThatIsLeft) {
  EXPECT_EQ(fastest_run<Loop>(), expected_run(processor_limit()));
}

TEST(Processor, RefusesALimitItDoesNotKnow) {
  EXPECT_EQ(processor_limit(""), ProcessorLimit::kNone);
  EXPECT_EQ(message_of([] { processor_limit("sse"); }),
            "the environment variable NMT_PROCESSOR is 'sse'\n"
            "  Set it to avx2 or portable, or not at all.");
}

// Of these, the entries of ctest that set NMT_PROCESSOR each run their own. It does not ask what
// the variable says: they would pass as well if nothing had set or read it.
class LimitedProcessor : public ::testing::TestWithParam<const char*> {};

INSTANTIATE_TEST_SUITE_P(To, LimitedProcessor, ::testing::Values("avx2", "portable"),
                         [](const auto& limit) { return std::string(limit.param); });

TEST_P(LimitedProcessor, RunsThatLoop) {
  EXPECT_EQ(fastest_run<Loop>(), expected_run(processor_limit(GetParam())));
  EXPECT_FALSE(has_avx512_vnni());
}

}  // namespace
}  // namespace nmt
