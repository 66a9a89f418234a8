#include "nmt/decoding/translator.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <torch/torch.h>

#include <set>

#include "nmt/support/error.h"
#include "tests/decoding/random_models.h"
#include "tests/devices.h"

namespace nmt {
namespace {

using namespace test;

TranslationRequest request(std::vector<int32_t> source, int64_t id = 0) {
  TranslationRequest r;
  r.tokens.source = std::move(source);
  r.tokens.instance_id = id;
  return r;
}

std::vector<TranslationRequest> random_requests(size_t count) {
  std::mt19937 generator(5);
  std::vector<TranslationRequest> requests;
  for (size_t i = 0; i < count; ++i)
    requests.push_back(request(random_source(generator, generator() % 9), static_cast<int64_t>(i)));
  return requests;
}

BatchTranslator translator(const DecodingOptions& options, std::vector<Break> breaks = {},
                           SourceAnnotator annotate = nullptr) {
  return BatchTranslator(Search(Ensemble({random_model(1)}), search_tokens(), options),
                         std::move(breaks), std::move(annotate));
}

TEST(LengthBatches, HoldEverySentenceOnceWithinTheLimits) {
  const std::vector<int64_t> lengths{3, 9, 1, 9, 4, 30, 2, 2};
  const auto batches = length_batches(lengths, 18, 3);
  EXPECT_EQ(batches, (std::vector<std::vector<size_t>>{{5}, {1, 3}, {4, 0, 6}, {7, 2}}));
  EXPECT_TRUE(length_batches({}, 18, 3).empty());
}

TEST(BatchTranslator, KeepsTheOrderWhateverTheBatches) {
  const auto requests = random_requests(23);
  DecodingOptions options;
  options.max_len_b = 8;
  const auto large = translator(options).translate(requests);
  options.batch_sentences = 2, options.batch_tokens = 9;
  const auto small = translator(options).translate(requests);
  ASSERT_EQ(large.size(), requests.size());
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto alone = translator(options).translate({requests[i]})[0];
    EXPECT_EQ(large[i].hypotheses[0].tokens, alone.hypotheses[0].tokens);
    EXPECT_EQ(small[i].hypotheses[0].tokens, alone.hypotheses[0].tokens);
    EXPECT_NEAR(small[i].hypotheses[0].score, alone.hypotheses[0].score, 1e-9);
  }
}

TEST(BatchTranslator, AnswersEmptyLinesWithEmptyLines) {
  auto requests = random_requests(3);
  requests.insert(requests.begin() + 1, request({}));
  const auto translations = translator({}).translate(requests);
  ASSERT_EQ(translations.size(), 4u);
  ASSERT_EQ(translations[1].hypotheses.size(), 1u);
  EXPECT_TRUE(translations[1].hypotheses[0].tokens.empty());
  EXPECT_TRUE(translator({}).translate({}).empty());
}

TEST(BatchTranslator, FollowsTheLengthRules) {
  const auto requests = random_requests(12);
  DecodingOptions options;
  options.min_len = 4, options.max_len = 6;
  for (const Translation& t : translator(options).translate(requests)) {
    EXPECT_GE(t.hypotheses[0].tokens.size(), 4u);
    EXPECT_LE(t.hypotheses[0].tokens.size(), 6u);
  }
  options = {};
  options.max_len_a = 0.5, options.max_len_b = 1, options.min_len = 1000;
  const auto translations = translator(options).translate(requests);
  for (size_t i = 0; i < requests.size(); ++i)
    EXPECT_EQ(translations[i].hypotheses[0].tokens.size(),
              requests[i].tokens.source.size() / 2 + 1);
}

// A long source comes out as the translations of its parts, one after another, each part with its
// tags.
int64_t peak_memory_mib() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss / 1024;
}

// A line of a megabyte without a blank: its parts must not each hold all of it.
TEST(BatchTranslator, NeedsMemoryInProportionToALongSource) {
  std::mt19937 generator(3);
  DecodingOptions options;
  options.beam = 1, options.max_source_len = 9;
  options.max_len_a = 0, options.max_len_b = 1;
  const int64_t before = peak_memory_mib();
  const auto found = translator(options).translate({request(random_source(generator, 40000))});
  EXPECT_EQ(found[0].parts, 5000U);
  EXPECT_LT(peak_memory_mib() - before, 300);
}

TEST(BatchTranslator, TranslatesLongSourcesInParts) {
  const std::vector<int32_t> text{4, 5, 6, 7, 8, 4, 5, 9};
  TranslationRequest whole = request({3, 4, 5, 6, 7, 8, 4, 5, 9, kEos});
  whole.source_head = 1, whole.target_head = 1;
  whole.tokens.target = {10, 6};
  DecodingOptions options;
  options.max_source_len = 6;
  options.max_len_b = 6;
  std::vector<Translation> parts;
  for (const auto& [begin, end] : split_source(text, 4, {})) {
    std::vector<int32_t> part{3};
    part.insert(part.end(), text.begin() + begin, text.begin() + end);
    part.push_back(kEos);
    TranslationRequest r = request(part);
    r.source_head = r.target_head = 1;
    r.tokens.target = begin == 0 ? std::vector<int32_t>{10, 6} : std::vector<int32_t>{10};
    parts.push_back(translator(options).translate({r})[0]);
  }
  const Translation joined = translator(options).translate({whole})[0];
  EXPECT_EQ(joined.parts, 2u);
  std::vector<int32_t> tokens;
  double log_prob = 0;
  for (const Translation& part : parts) {
    tokens.insert(tokens.end(), part.hypotheses[0].tokens.begin(), part.hypotheses[0].tokens.end());
    log_prob += part.hypotheses[0].log_prob;
  }
  ASSERT_EQ(joined.hypotheses.size(), 1u);
  EXPECT_EQ(joined.hypotheses[0].tokens, tokens);
  EXPECT_NEAR(joined.hypotheses[0].log_prob, log_prob, 1e-9);
}

TEST(BatchTranslator, TranslatesVeryLongLinesWithoutBeingTold) {
  std::mt19937 generator(3);
  const Translation t = translator({}).translate({request(random_source(generator, 1000))})[0];
  EXPECT_EQ(t.parts, 16u);  // 64 positions, one for EOS
  EXPECT_FALSE(t.hypotheses[0].tokens.empty());
}

TEST(BatchTranslator, SaysWhenTagsLeaveNoRoom) {
  DecodingOptions options;
  options.max_source_len = 2;
  TranslationRequest tagged = request({3, 4, 5, kEos});
  tagged.source_head = 1;
  EXPECT_THROW(translator(options).translate({tagged}), Error);
}

class DeviceTranslator : public ::testing::Test, public nmt::testing::OnDevice {};

INSTANTIATE_TEST_SUITE_P(Each, DeviceTranslator, nmt::testing::kDevices, nmt::testing::device_name);

TEST_P(DeviceTranslator, FindsInFloatsWhatTheCpuFindsInDoubles) {
  if (is_missing()) GTEST_SKIP() << "no GPU here";
  const auto requests = random_requests(40);
  const auto expected = translator({}).translate(requests);
  Transformer model = random_model(1);
  model->to(device(), torch::kFloat32);
  model->pack(WeightPrecision::kFp32);  // as commands do
  const auto found = BatchTranslator(Search(Ensemble({model}), search_tokens(), {}), {}, nullptr)
                         .translate(requests);
  for (size_t i = 0; i < requests.size(); ++i) {
    EXPECT_EQ(found[i].hypotheses[0].tokens, expected[i].hypotheses[0].tokens) << i;
    EXPECT_NEAR(found[i].hypotheses[0].score, expected[i].hypotheses[0].score, 1e-3) << i;
  }
}

TEST(BatchTranslator, DrawsDifferentSamplesThatDoNotDependOnTheBatch) {
  const auto requests = random_requests(6);
  DecodingOptions options;
  options.sampling = true, options.temperature = 2, options.n_best = 8, options.max_len_b = 10;
  const auto together = translator(options).translate(requests);
  std::set<std::vector<int32_t>> distinct;
  for (size_t i = 0; i < requests.size(); ++i) {
    const auto alone = translator(options).translate({requests[i]})[0];
    ASSERT_EQ(together[i].hypotheses.size(), 8u);
    for (size_t sample = 0; sample < 8; ++sample) {
      EXPECT_EQ(together[i].hypotheses[sample].tokens, alone.hypotheses[sample].tokens);
      distinct.insert(alone.hypotheses[sample].tokens);
    }
  }
  EXPECT_GT(distinct.size(), 20u);
  options.seed = 2;
  EXPECT_NE(translator(options).translate({requests[0]})[0].hypotheses[0].tokens,
            together[0].hypotheses[0].tokens);
}

TEST(BatchTranslator, HandsEveryBatchToTheAnnotator) {
  size_t sentences = 0;
  const auto annotate = [&](SourceBatch& source, const std::vector<TokenPair>& pairs) {
    EXPECT_EQ(static_cast<size_t>(source.size()), pairs.size());
    source.annotations["seen"] = torch::ones({source.size()});
    sentences += pairs.size();
  };
  DecodingOptions options;
  options.batch_sentences = 4;
  translator(options, {}, annotate).translate(random_requests(9));
  EXPECT_EQ(sentences, 9u);
}

}  // namespace
}  // namespace nmt
