#include "nmt/decoding/pair_scorer.h"

#include <gtest/gtest.h>
#include <torch/torch.h>

#include "nmt/support/error.h"
#include "tests/decoding/naive_search.h"
#include "tests/decoding/random_models.h"
#include "tests/message_of.h"

namespace nmt {
namespace {

using namespace test;

std::vector<TokenPair> random_pairs(size_t count) {
  std::mt19937 generator(9);
  std::vector<TokenPair> pairs(count);
  for (TokenPair& pair : pairs) {
    pair.source = random_source(generator, generator() % 8);
    pair.target = random_source(generator, generator() % 8);
  }
  return pairs;
}

TEST(PairScorer, AgreesWithTheModelTokenByToken) {
  const auto pairs = random_pairs(7);
  for (const std::vector<Transformer>& models :
       {std::vector{random_model(1)},
        std::vector{random_model(1), random_model(2), random_model(3)}}) {
    const auto scores =
        PairScorer(Ensemble(models), {.pad = kPad, .bos = kBos, .batch_tokens = 20}).score(pairs);
    ASSERT_EQ(scores.size(), pairs.size());
    for (size_t i = 0; i < pairs.size(); ++i) {
      ASSERT_EQ(scores[i].token_log_probs.size(), pairs[i].target.size());
      double sum = 0;
      for (size_t t = 0; t < pairs[i].target.size(); ++t) {
        const std::vector<int32_t> before(pairs[i].target.begin(),
                                          pairs[i].target.begin() + static_cast<std::ptrdiff_t>(t));
        const double expected = next_log_probs(models, pairs[i].source, before)[pairs[i].target[t]];
        EXPECT_NEAR(scores[i].token_log_probs[t], expected, 1e-9);
        sum += expected;
      }
      EXPECT_NEAR(scores[i].log_prob, sum, 1e-9);
    }
  }
}

TEST(PairScorer, GivesATranslationTheScoreThatSearchGaveIt) {
  const Ensemble models({random_model(4)});
  DecodingOptions options;
  options.n_best = 5, options.max_len_b = 8;
  BatchTranslator translator(Search(models, search_tokens(), options));
  TranslationRequest request;
  request.tokens.source = {3, 4, 5, 6, kEos};
  const Translation translation = translator.translate({request})[0];
  for (const Hypothesis& h : translation.hypotheses) {
    TokenPair pair = request.tokens;
    pair.target = h.tokens;
    pair.target.push_back(kEos);
    const PairScore score = PairScorer(models, {.pad = kPad, .bos = kBos}).score({pair})[0];
    EXPECT_NEAR(score.log_prob, h.log_prob, 1e-9);
    for (size_t t = 0; t < h.token_log_probs.size(); ++t)
      EXPECT_NEAR(score.token_log_probs[t], h.token_log_probs[t], 1e-9);
  }
}

TEST(PairScorer, GoesThroughTheVocabularyInPieces) {
  const Ensemble models({random_model(5)});
  const Batch batch = make_batch(random_pairs(6), kPad, kBos);
  const EvaluationMode evaluation(models.models());
  EXPECT_TRUE(torch::allclose(models.score(batch, 3), models.score(batch), 0, 1e-12));
}

TEST(PairScorer, NamesThePairThatCannotBeScored) {
  const PairScorer scorer(Ensemble({random_model(1)}), {.pad = kPad, .bos = kBos});
  auto pairs = random_pairs(3);
  pairs[1].target.assign(65, 4);
  const std::string error = message_of([&] { scorer.score(pairs); });
  EXPECT_NE(error.find("pair 2"), std::string::npos) << error;
  pairs[1].target.clear();
  EXPECT_THROW(scorer.score(pairs), Error);
  EXPECT_TRUE(scorer.score({}).empty());
}

}  // namespace
}  // namespace nmt
