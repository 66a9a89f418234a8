#include "data/batch_source.h"

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "nmt/support/error.h"
#include "tests/data/test_corpus.h"

namespace nmt {
namespace {

using Ids = std::vector<int32_t>;

bool same(const std::vector<TokenPair>& a, const std::vector<TokenPair>& b) {
  return std::ranges::equal(a, b, [](const TokenPair& x, const TokenPair& y) {
    return x.source == y.source && x.target == y.target && x.instance_id == y.instance_id &&
           x.direction == y.direction && x.document == y.document &&
           x.document_position == y.document_position;
  });
}

// Two corpora, en-de and de-en, with sampled segmentation and tags.
class Source : public testing::Test {
 protected:
  void SetUp() override {
    for (const bool reversed : {false, true}) {
      const std::string corpus = write_parallel(folder_.path(), reversed ? "b" : "a",
                                                reversed ? 70 : 130, reversed ? 5 : 1);
      CorpusSpec spec = CorpusSpec::parse(corpus);
      if (reversed) {
        std::swap(spec.source_language, spec.target_language);
        std::swap(spec.source_path, spec.target_path);
      }
      stores_.push_back(prepare_corpus(spec, small_vocabularies(), {},
                                       folder_.file(reversed ? "store_b" : "store_a")));
      languages_.add({spec.source_language, spec.target_language});
    }
    encoder_ = std::make_shared<const PairEncoder>(small_vocabularies(), languages_,
                                                   TagOptions{.source_tag = SourceTag::kTarget});
    corpora_ = std::make_shared<const CorpusSet>(stores_, encoder_->source_extra(),
                                                 encoder_->target_extra());
  }

  std::unique_ptr<BatchSource> source(BatchSource::Options options,
                                      SegmentationNoise noise = {.unigram_alpha = 0.3}) {
    PlanContext context;
    context.corpora = corpora_;
    context.limits.max_tokens = 300;
    return std::make_unique<BatchSource>(
        make_sentence_planner(context),
        std::make_shared<const PairReader>(corpora_, encoder_, noise, 64, 11), options);
  }

  static void add_numbers(const std::vector<TokenPair>& pairs, std::multiset<int64_t>& numbers) {
    for (const TokenPair& pair : pairs) numbers.insert(pair.instance_id);
  }
  // Of the 200 sentence pairs, each once.
  static std::multiset<int64_t> all_numbers() {
    std::multiset<int64_t> numbers;
    for (int64_t i = 0; i < 200; ++i) numbers.insert(i);
    return numbers;
  }

  TemporaryFolder folder_;
  std::vector<std::shared_ptr<const CorpusStore>> stores_;
  Languages languages_;
  std::shared_ptr<const PairEncoder> encoder_;
  std::shared_ptr<const CorpusSet> corpora_;
};

TEST_F(Source, DoesNotDependOnThreadsOrPrefetch) {
  const auto reference = source({.threads = 0});
  const auto one = source({.threads = 1, .prefetch = 1}),
             many = source({.threads = 5, .prefetch = 3});
  while (reference->position().epoch < 3) {
    EXPECT_EQ(one->position(), reference->position());
    EXPECT_EQ(many->position(), reference->position());
    const auto batch = reference->next();
    EXPECT_TRUE(same(batch, one->next()));
    EXPECT_TRUE(same(batch, many->next()));
  }
}

TEST_F(Source, ResumesAnywhereAsIfNeverStopped) {
  std::vector<std::pair<BatchPosition, std::vector<TokenPair>>> stream;
  const auto uninterrupted = source({.threads = 2});
  for (int i = 0; i < 40; ++i) {
    const BatchPosition position = uninterrupted->position();
    stream.emplace_back(position, uninterrupted->next());
  }
  EXPECT_GT(stream.back().first.epoch, 1);
  for (size_t start = 0; start < stream.size(); start += 7) {
    const auto resumed =
        source({.start = stream[start].first, .threads = static_cast<int64_t>(start % 3)});
    for (size_t i = start; i < stream.size(); ++i) {
      EXPECT_EQ(resumed->position(), stream[i].first);
      EXPECT_TRUE(same(resumed->next(), stream[i].second)) << i;
    }
  }
}

TEST_F(Source, ProcessesShareAnEpochWithoutOverlap) {
  std::multiset<int64_t> seen;
  for (int64_t rank = 0; rank < 3; ++rank) {
    const auto part = source({.rank = rank, .world = 3, .group = 3});
    while (part->position().epoch == 0) add_numbers(part->next(), seen);
  }
  EXPECT_EQ(seen, all_numbers());
}

TEST_F(Source, AnUpdateHasTheSameBatchesWhateverTheNumberOfProcesses) {
  const auto alone = source({.group = 4});
  const auto first = source({.rank = 0, .world = 2, .group = 4}),
             second = source({.rank = 1, .world = 2, .group = 4});
  while (alone->position().epoch < 2) {
    EXPECT_EQ(first->position(), alone->position());
    EXPECT_EQ(second->position(), alone->position());
    EXPECT_TRUE(same(first->next(), alone->next()));
    EXPECT_TRUE(same(second->next(), alone->next()));
  }
}

TEST_F(Source, AnEpochIsFinishedByAnotherNumberOfProcesses) {
  std::multiset<int64_t> seen;
  const auto before = source({.group = 2});
  for (int i = 0; i < 4; ++i) add_numbers(before->next(), seen);
  EXPECT_EQ(before->position().epoch, 0);
  const BatchPosition stopped = before->position();
  std::vector<BatchPosition> next;
  for (int64_t rank = 0; rank < 3; ++rank) {
    const auto part = source({.rank = rank, .world = 3, .group = 3, .start = stopped});
    while (part->position().epoch == 0) add_numbers(part->next(), seen);
    next.push_back(part->position());
  }
  EXPECT_EQ(seen, all_numbers());
  EXPECT_EQ(next, std::vector(3, BatchPosition{1, 0, 3}));
}

TEST_F(Source, GivesTheStoredPiecesWithTagsAndNumbers) {
  const auto stream = source({}, {});
  const Vocabulary& vocabulary = *small_vocabulary();
  while (stream->position().epoch == 0)
    for (const TokenPair& pair : stream->next()) {
      const bool reversed = pair.instance_id >= 130;
      const CorpusStore& store = *stores_[reversed ? 1 : 0];
      const int64_t sentence = reversed ? pair.instance_id - 130 : pair.instance_id;
      Ids source = {vocabulary.language_tag(reversed ? "en" : "de")},
          target = store.ids(Side::kTarget, sentence);
      for (const int32_t id : store.ids(Side::kSource, sentence)) source.push_back(id);
      source.push_back(vocabulary.eos());
      target.push_back(vocabulary.eos());
      EXPECT_EQ(pair.source, source);
      EXPECT_EQ(pair.target, target);
      EXPECT_EQ(pair.direction, reversed ? 1 : 0);
      EXPECT_EQ(pair.source_language, reversed ? 1 : 0);
      EXPECT_EQ(pair.target_language, reversed ? 0 : 1);
      EXPECT_EQ(pair.document, -1);
    }
}

TEST_F(Source, CutsTextAnewInEveryEpoch) {
  const PairReader reader(corpora_, encoder_, {.unigram_alpha = 0.3}, 64, 11);
  int64_t differ = 0;
  for (int64_t i = 0; i < 130; ++i) {
    const std::vector<Instance> batch = {{i, 0, 1}};
    const auto first = reader.read(batch, 0), second = reader.read(batch, 1);
    EXPECT_TRUE(same(first, reader.read(batch, 0)));
    EXPECT_EQ(encoder_->decode(first[0].target), encoder_->decode(second[0].target));
    differ += !same(first, second);
  }
  EXPECT_GT(differ, 110);
}

TEST_F(Source, SampledRowsKeepTheLengthLimit) {
  const PairReader reader(corpora_, encoder_, {.unigram_alpha = 0.01}, 20, 1);
  for (int64_t i = 0; i < 130; ++i) {
    const TokenPair pair = reader.read(std::vector<Instance>{{i, 0, 1}}, 0)[0];
    const InstanceLengths ordinary = corpora_->lengths({i, 0, 1});
    EXPECT_LE(std::ssize(pair.source), std::max<int64_t>(20, ordinary.source)) << "with its tag";
    EXPECT_LE(std::ssize(pair.target), std::max<int64_t>(20, ordinary.target));
  }
  const PairReader of_documents(corpora_, encoder_, {.unigram_alpha = 0.01}, 60, 1);
  for (int64_t i = 0; i + 3 < 130; ++i) {
    const TokenPair pair = of_documents.read(std::vector<Instance>{{i, 0, 3}}, 0)[0];
    const InstanceLengths ordinary = corpora_->lengths({i, 0, 3});
    EXPECT_LE(std::ssize(pair.source), std::max<int64_t>(60, ordinary.source));
    EXPECT_LE(std::ssize(pair.target), std::max<int64_t>(60, ordinary.target));
  }
}

TEST_F(Source, PutsRunsOfSentencesTogether) {
  const PairReader reader(corpora_, encoder_, {}, 0, 1);
  const TokenPair run = reader.read(std::vector<Instance>{{10, 1, 3}}, 0)[0];
  Ids expected;
  for (int64_t i = 10; i < 13; ++i) {
    for (const int32_t id : (*corpora_)[1].ids(Side::kTarget, i)) expected.push_back(id);
    expected.push_back(small_vocabulary()->eos());
  }
  EXPECT_EQ(run.target, expected);
  EXPECT_EQ(static_cast<int64_t>(run.source.size()), corpora_->lengths({10, 1, 3}).source);
  EXPECT_EQ(run.instance_id, 140);
}

TEST_F(Source, RefusesAPositionBeyondTheEpochAndAForeignVocabulary) {
  EXPECT_THROW(source({.start = {0, 100'000}}), Error);
  int64_t size = 0;
  for (const auto all = source({}); all->position().epoch == 0; all->next()) ++size;
  EXPECT_EQ(source({.start = {0, size}})->position(), (BatchPosition{1, 0, 1}));
  const auto other = std::make_shared<const PairEncoder>(small_vocabularies(VocabularyType::kBpe),
                                                         languages_, TagOptions{});
  EXPECT_THROW(PairReader(corpora_, other, {}, 0, 1), Error);
  EXPECT_THROW(PairReader(corpora_, encoder_, {.bpe_dropout = 0.1}, 0, 1), UsageError);
}

TEST_F(Source, ReportsDamageToTheConsumer) {
  const std::string path = folder_.file("store_a/source.ids");
  write_file(path, std::string(read_file(path).size(), '\xff'));
  stores_[0] = CorpusStore::open(folder_.file("store_a"));
  corpora_ = std::make_shared<const CorpusSet>(stores_, 1, 0);
  const auto stream = source({.threads = 3}, {});
  EXPECT_THROW(
      {
        while (stream->position().epoch == 0) stream->next();
      },
      Error);
}

TEST(OrderedPoolTest, KeepsTheOrderAndStopsAtTheFirstFailure) {
  for (const int64_t threads : {0, 1, 4}) {
    int next_job = 0;
    OrderedPool<int, int> pool(
        threads, 8,
        [&]() -> std::optional<int> {
          return next_job < 100 ? std::optional(next_job++) : std::nullopt;
        },
        [](int job) {
          std::this_thread::sleep_for(std::chrono::microseconds((job * 7919) % 300));
          return job * job;
        });
    for (int i = 0; i < 100; ++i) EXPECT_EQ(pool.next(), i * i);
    EXPECT_EQ(pool.next(), std::nullopt);
    EXPECT_EQ(pool.next(), std::nullopt);
  }
  for (const bool while_pulling : {true, false}) {
    int next_job = 0;
    OrderedPool<int, int> pool(
        4, 8,
        [&]() -> std::optional<int> {
          if (while_pulling && next_job == 20) throw Error("pull");
          return next_job++;
        },
        [&](int job) {
          if (!while_pulling && job == 20) throw Error("work");
          return job;
        });
    for (int i = 0; i < 20; ++i) EXPECT_EQ(pool.next(), i);
    EXPECT_THROW(pool.next(), Error);
    EXPECT_EQ(pool.next(), std::nullopt);
  }
}

TEST(OrderedPoolTest, CanBeLeftHalfWay) {
  for (int i = 0; i < 50; ++i) {
    OrderedPool<int, int> pool(
        3, 4, []() -> std::optional<int> { return 1; }, [](int job) { return job; });
    if (i % 2 == 0) pool.next();
  }
}

}  // namespace
}  // namespace nmt
