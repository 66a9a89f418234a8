#include "nmt/decoding/batch_workers.h"

#include <ATen/autocast_mode.h>
#include <gtest/gtest.h>
#include <torch/torch.h>

#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <tuple>

#include "models/precision.h"
#include "nmt/decoding/translator.h"
#include "nmt/support/error.h"
#include "tests/decoding/random_models.h"
#include "tests/message_of.h"
#include "tests/models/direction_mask.h"

namespace nmt {
namespace {

using namespace test;

/// For its lifetime LibTorch has so many threads.
class Threads {
 public:
  explicit Threads(int count) { at::set_num_threads(count); }
  ~Threads() { at::set_num_threads(before_); }
  Threads(const Threads&) = delete;
  Threads& operator=(const Threads&) = delete;

 private:
  int before_ = at::get_num_threads();
};

TEST(Batches, AreAllWorkedOnByThreadsOfOneEach) {
  const Threads threads(3);
  const Ensemble models({random_model(1)});
  models.models().front().ptr()->train();
  std::vector<std::atomic<int>> calls(20);
  std::atomic<int> wrong = 0;
  for_each_batch(models, calls.size(), [&](size_t batch) {
    ++calls[batch];
    wrong += at::get_num_threads() != 1 || torch::GradMode::is_enabled() ||
             models.models().front().ptr()->is_training();
  });
  for (const auto& count : calls) EXPECT_EQ(count, 1);
  EXPECT_EQ(wrong, 0);
  EXPECT_EQ(at::get_num_threads(), 3);
  EXPECT_TRUE(torch::GradMode::is_enabled());
  EXPECT_TRUE(models.models().front().ptr()->is_training());
}

TEST(Batches, ALoneOneHasAllThreads) {
  const Threads threads(3);
  int seen = 0;
  for_each_batch(Ensemble({random_model(1)}), 1, [&](size_t) { seen = at::get_num_threads(); });
  EXPECT_EQ(seen, 3);
}

TEST(Batches, HandOnTheFirstErrorAndStop) {
  const Threads threads(2);
  std::atomic<int> calls = 0;
  const std::string error = message_of([&] {
    for_each_batch(Ensemble({random_model(1)}), 1000, [&](size_t batch) {
      ++calls;
      if (batch == 3) throw Error("the fourth is bad");
      // Meanwhile the other worker has a second of work, of which it must leave some.
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    });
  });
  EXPECT_NE(error.find("the fourth is bad"), std::string::npos) << error;
  EXPECT_LT(calls, 1000);
  EXPECT_EQ(at::get_num_threads(), 2);
}

/// Counts the calls by its maker's thread, as this was then, and those by others. The threads that
/// work on batches side by side have but themselves for LibTorch's operators.
class ThreadListener : public ActivationListener {
 public:
  torch::Tensor on_activation(const ActivationSite&, const torch::Tensor& h,
                              const SentenceInfo&) override {
    const bool is_maker = std::this_thread::get_id() == maker_;
    ++(is_maker && at::get_num_threads() == operator_threads_ ? here : elsewhere);
    return h;
  }
  std::atomic<int> here = 0, elsewhere = 0;

 private:
  std::thread::id maker_ = std::this_thread::get_id();
  int operator_threads_ = at::get_num_threads();
};

std::vector<TranslationRequest> requests_of_all_kinds(size_t count) {
  std::mt19937 generator(5);
  std::vector<TranslationRequest> requests;
  for (size_t i = 0; i < count; ++i) {
    TranslationRequest request;
    request.tokens.source = random_source(generator, generator() % 14);
    if (i % 3 == 0) request.tokens.target = random_tokens(generator, generator() % 5);
    request.tokens.instance_id = static_cast<int64_t>(i);
    request.tokens.direction = static_cast<int64_t>(i % 2);
    requests.push_back(std::move(request));
  }
  return requests;
}

std::vector<Translation> translate(const Transformer& model, const DecodingOptions& options,
                                   size_t requests = 60) {
  return BatchTranslator(Search(Ensemble({model}), search_tokens(), options))
      .translate(requests_of_all_kinds(requests));
}

TEST(Batches, AreAllInTheCallersThreadForAListener) {
  const Threads threads(3);
  Transformer model = random_model(1);
  const auto listener = std::make_shared<ThreadListener>();
  model->sites().listen(listener);
  DecodingOptions options;
  options.batch_sentences = 4, options.max_len_b = 4;
  translate(model, options);
  EXPECT_GT(listener->here, 0);
  EXPECT_EQ(listener->elsewhere, 0);
}

/// Counts the calls by threads that have LibTorch's threads to themselves.
class ThreadCounter : public ActivationListener {
 public:
  torch::Tensor on_activation(const ActivationSite&, const torch::Tensor& h,
                              const SentenceInfo&) override {
    ++(at::get_num_threads() == 1 ? by_workers : by_all_threads);
    return h;
  }
  bool position_wise() const override { return true; }
  std::atomic<int> by_workers = 0, by_all_threads = 0;
};

TEST(Batches, AreSeveralAtATimeForAPositionWiseListener) {
  const Threads threads(3);
  Transformer model = random_model(1);
  const auto listener = std::make_shared<ThreadCounter>();
  model->sites().listen(listener);
  DecodingOptions options;
  options.batch_sentences = 4, options.max_len_b = 4;
  translate(model, options);
  EXPECT_GT(listener->by_workers, 0);
  EXPECT_EQ(listener->by_all_threads, 0);
}

// Translations, on tokens laid end to end and by several workers, are those of the same mask on
// padded rows.
TEST(Batches, GiveAPositionWiseListenersTranslations) {
  const Threads threads(3);
  DecodingOptions options;
  options.batch_sentences = 7, options.beam = options.n_best = 3, options.max_len_b = 8;
  const auto found = [&](const std::shared_ptr<ActivationListener>& listener) {
    Transformer model = random_model(1);
    if (listener) model->sites().listen(listener);
    return translate(model, options);
  };
  const auto by_rows = found(std::make_shared<testing::DirectionMask>());
  const auto by_positions = found(std::make_shared<testing::PositionWiseDirectionMask>());
  const auto plain = found(nullptr);
  int masked = 0;
  for (size_t i = 0; i < by_rows.size(); ++i) {
    ASSERT_EQ(by_rows[i].hypotheses.size(), by_positions[i].hypotheses.size());
    for (size_t h = 0; h < by_rows[i].hypotheses.size(); ++h) {
      EXPECT_EQ(by_rows[i].hypotheses[h].tokens, by_positions[i].hypotheses[h].tokens) << i;
      EXPECT_NEAR(by_rows[i].hypotheses[h].log_prob, by_positions[i].hypotheses[h].log_prob, 1e-9);
    }
    const bool same = plain[i].hypotheses[0].tokens == by_rows[i].hypotheses[0].tokens;
    if (i % 2 == 0) {
      EXPECT_TRUE(same) << i;
    }
    masked += !same;
  }
  EXPECT_GT(masked, 10);
}

// Validation of a run in bf16 decodes under autocast.
TEST(Batches, AreAllInThePrecisionOfTheCaller) {
  const Threads threads(2);
  const AutocastGuard bf16(torch::kCPU, torch::kBFloat16);
  std::atomic<int> in_bf16 = 0;
  for_each_batch(Ensemble({random_model(1)}), 40, [&](size_t) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
    in_bf16 += at::autocast::is_autocast_enabled(at::kCPU) &&
               at::autocast::get_autocast_dtype(at::kCPU) == torch::kBFloat16;
  });
  EXPECT_EQ(in_bf16, 40);
}

TEST(Batches, AnErrorInOneIsTheErrorOfAll) {
  const Threads threads(2);
  Transformer model = random_model(1);
  {
    const torch::NoGradGuard no_grad;
    model->target_tokens->weight.fill_(std::numeric_limits<double>::quiet_NaN());
  }
  DecodingOptions options;
  options.batch_sentences = 4;
  EXPECT_THROW(translate(model, options), Error);
}

// What is promised of a finished model on a CPU, with position-wise listeners too: text and scores
// are the same to the last bit, whatever is translated beside a sentence and by however many
// threads.
TEST(Batches, DoNotMatterToAFinishedModel) {
  TransformerOptions usual = tiny_options();
  usual.dim = 64, usual.feed_forward_dim = 1280;
  TransformerOptions gated = usual;
  gated.activation = Activation::kSwiglu, gated.heads = 1;
  const auto mask = std::make_shared<testing::PositionWiseDirectionMask>();
  const decltype(mask) none = nullptr;
  for (const auto& [shape, precision, beam, listener] :
       {std::tuple(usual, WeightPrecision::kFp32, 1, none),
        std::tuple(usual, WeightPrecision::kFp32, 4, none),
        std::tuple(usual, WeightPrecision::kBf16, 1, none),
        std::tuple(usual, WeightPrecision::kBf16, 4, none),
        std::tuple(usual, WeightPrecision::kInt8, 1, none),
        std::tuple(usual, WeightPrecision::kInt8, 4, none),
        std::tuple(gated, WeightPrecision::kFp32, 4, none),
        std::tuple(usual, WeightPrecision::kFp32, 4, mask),
        std::tuple(usual, WeightPrecision::kInt8, 4, mask),
        std::tuple(gated, WeightPrecision::kFp32, 4, mask)}) {
    torch::manual_seed(3);
    Transformer model =
        with_random_weights(Transformer(shape, VocabularyShape{kVocabulary, kVocabulary, kPad}));
    model->to(torch::kFloat32);
    model->pack(precision);
    if (listener) model->sites().listen(listener);
    DecodingOptions options;
    options.beam = options.n_best = beam, options.max_len_b = 12, options.precision = precision;
    const auto found = [&](int64_t sentences, int threads, size_t requests = 60) {
      const Threads guard(threads);
      options.batch_sentences = sentences;
      return translate(model, options, requests);
    };
    const std::vector<Translation> alone = found(1, 1);
    for (const auto& others : {found(64, 1), found(7, 1), found(64, 3), found(7, 3), found(1, 3),
                               found(1, 3, 1), found(3, 3, 3)})
      for (size_t i = 0; i < others.size(); ++i) {
        ASSERT_EQ(alone[i].hypotheses.size(), others[i].hypotheses.size());
        for (size_t h = 0; h < alone[i].hypotheses.size(); ++h) {
          EXPECT_EQ(alone[i].hypotheses[h].tokens, others[i].hypotheses[h].tokens) << i;
          EXPECT_EQ(alone[i].hypotheses[h].token_log_probs, others[i].hypotheses[h].token_log_probs)
              << "line " << i << ", beam " << beam << ", precision " << static_cast<int>(precision);
        }
      }
  }
}

}  // namespace
}  // namespace nmt
