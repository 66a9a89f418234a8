#include "nmt/decoding/decoding_options.h"

#include <gtest/gtest.h>

#include <cmath>

namespace nmt {
namespace {

TEST(DecodingOptions, NormalisesByBothFamilies) {
  DecodingOptions options;
  EXPECT_DOUBLE_EQ(normalised_score(options, -6, 4), -1.5);
  options.lenpen = 0.5;
  EXPECT_DOUBLE_EQ(normalised_score(options, -6, 4), -3);
  options.lenpen_kind = LengthPenalty::kGnmt;
  EXPECT_DOUBLE_EQ(normalised_score(options, -6, 4), -6 / std::sqrt(1.5));
  EXPECT_DOUBLE_EQ(normalised_score(options, -6, 1), -6);
  options.lenpen_kind = LengthPenalty::kNone;
  EXPECT_DOUBLE_EQ(normalised_score(options, -6, 4), -6);
}

TEST(DecodingOptions, RefuseContradictions) {
  const auto refused = [](auto change) {
    DecodingOptions options;
    change(options);
    EXPECT_THROW(validate(options), UsageError);
  };
  EXPECT_NO_THROW(validate(DecodingOptions{}));
  refused([](DecodingOptions& o) { o.n_best = 6; });
  refused([](DecodingOptions& o) { o.max_len = 5, o.min_len = 6; });
  refused([](DecodingOptions& o) { o.top_k = 3; });
  refused([](DecodingOptions& o) { o.top_p = 0.9; });
  refused([](DecodingOptions& o) { o.temperature = 0.5; });
  DecodingOptions sampling;
  sampling.sampling = true, sampling.n_best = 20, sampling.top_k = 5, sampling.top_p = 0.5;
  EXPECT_NO_THROW(validate(sampling));
}

}  // namespace
}  // namespace nmt
