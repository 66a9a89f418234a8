#include "data/batch_source.h"

#include <utility>

#include "nmt/support/error.h"

namespace nmt {

PairReader::PairReader(std::shared_ptr<const CorpusSet> corpora,
                       std::shared_ptr<const PairEncoder> encoder, SegmentationNoise noise,
                       int64_t max_length, uint64_t seed)
    : corpora_(std::move(corpora)),
      encoder_(std::move(encoder)),
      noise_(noise),
      max_length_(max_length),
      seed_(seed) {
  const Vocabularies& vocabularies = encoder_->vocabularies();
  for (int64_t c = 0; c < corpora_->count(); ++c) {
    const CorpusStore& store = (*corpora_)[c];
    store.check_vocabulary(vocabularies.source->hash(), vocabularies.target->hash());
    directions_.push_back({store.manifest().source_language, store.manifest().target_language});
  }
  vocabularies.source->check_noise(noise_);
  vocabularies.target->check_noise(noise_);
}

std::vector<TokenPair> PairReader::read(std::span<const Instance> batch, int64_t epoch) const {
  std::vector<TokenPair> pairs;
  pairs.reserve(batch.size());
  for (const Instance& instance : batch) pairs.push_back(read(instance, epoch));
  return pairs;
}

std::vector<std::vector<int32_t>> PairReader::sentences(Side side, const Instance& instance,
                                                        int64_t epoch) const {
  const CorpusStore& store = (*corpora_)[instance.corpus];
  const Vocabularies& vocabularies = encoder_->vocabularies();
  const Vocabulary& vocabulary =
      side == Side::kSource ? *vocabularies.source : *vocabularies.target;
  std::vector<std::vector<int32_t>> stored, sampled;
  stored.reserve(static_cast<size_t>(instance.count));
  for (int64_t i = instance.first; i < instance.first + instance.count; ++i)
    stored.push_back(store.ids(side, i));
  if (!noise_.active()) return stored;

  int64_t length = side == Side::kSource ? encoder_->source_extra() : encoder_->target_extra();
  for (int64_t i = 0; i < instance.count; ++i) {
    RandomStream random(hash_key(
        {seed_, static_cast<uint64_t>(RandomPurpose::kSegmentation), static_cast<uint64_t>(epoch),
         static_cast<uint64_t>(corpora_->global_sentence(instance.corpus, instance.first + i)),
         static_cast<uint64_t>(side)}));
    sampled.push_back(vocabulary.resample(stored[static_cast<size_t>(i)], noise_, random));
    length += std::ssize(sampled.back()) + 1;  // EOS
  }
  return max_length_ == 0 || length <= max_length_ ? sampled : stored;
}

InstanceLengths PairReader::lengths(const Instance& instance, int64_t epoch) const {
  if (!noise_.active()) return corpora_->lengths(instance);
  const auto pieces = [&](Side side) {
    int64_t count = 0;
    for (const auto& ids : sentences(side, instance, epoch))
      count += static_cast<int64_t>(ids.size());
    return count;
  };
  return corpora_->lengths(instance, pieces(Side::kSource), pieces(Side::kTarget));
}

TokenPair PairReader::read(const Instance& instance, int64_t epoch) const {
  const Direction& direction = directions_[static_cast<size_t>(instance.corpus)];
  const CorpusStore& store = (*corpora_)[instance.corpus];
  TokenPair pair = encoder_->pair(sentences(Side::kSource, instance, epoch),
                                  sentences(Side::kTarget, instance, epoch), direction);
  pair.instance_id = corpora_->global_sentence(instance.corpus, instance.first);
  if (store.documents() > 0) {
    pair.document = store.document_of(instance.first);
    pair.document_position = instance.first - store.document_begin(pair.document);
  }
  return pair;
}

BatchSource::BatchSource(std::shared_ptr<const BatchPlanner> planner,
                         std::shared_ptr<const PairReader> reader, Options options)
    : planner_(std::move(planner)), reader_(std::move(reader)), options_(options) {
  BatchPosition start = options_.start;
  if (start.group == 0) start.group = options_.group;
  next_plan_ = start_planning(start.epoch, start.group);
  enter_epoch(start);
  if (planned_.batch > plan_->size())
    throw Error(text("the data position is batch ", planned_.batch, " of epoch ",
                     planned_.epoch + 1, ", which has ", plan_->size(), " batches"),
                "Resume with the corpora and the data options of the run.");
  if (planned_.batch == plan_->size()) enter_epoch({planned_.epoch + 1, 0, options_.group});
  position_ = planned_;
  pool_ = std::make_unique<OrderedPool<Planned, Ready>>(
      options_.threads, options_.prefetch, [this] { return pull(); },
      [this](const Planned& planned) { return read(planned); });
}

std::future<BatchPlan> BatchSource::start_planning(int64_t epoch, int64_t group) const {
  const auto policy = options_.threads > 0 ? std::launch::async : std::launch::deferred;
  return std::async(policy,
                    [planner = planner_, epoch, group] { return planner->plan(epoch, group); });
}

void BatchSource::enter_epoch(BatchPosition position) {
  plan_ = std::make_shared<const BatchPlan>(next_plan_.get());
  if (plan_->size() == 0)
    throw Error("an epoch without batches: the training corpora are empty",
                "Check data.train and data.weights.");
  planned_ = position;
  next_plan_ = start_planning(position.epoch + 1, options_.group);
}

std::optional<BatchSource::Planned> BatchSource::pull() {
  Planned planned{plan_, planned_, {}};
  planned_.batch += options_.world;
  if (planned_.batch >= plan_->size()) enter_epoch({planned_.epoch + 1, 0, options_.group});
  planned.following = planned_;
  return planned;
}

BatchSource::Ready BatchSource::read(const Planned& planned) const {
  const int64_t index = planned.position.batch + options_.rank;
  if (index >= planned.plan->size()) return {{}, planned.following};
  return {reader_->read(planned.plan->batch(index), planned.position.epoch), planned.following};
}

std::vector<TokenPair> BatchSource::next() {
  const auto start = std::chrono::steady_clock::now();
  std::optional<Ready> ready = pool_->next();
  waited_ += std::chrono::steady_clock::now() - start;
  position_ = ready->following;
  return std::move(ready->pairs);
}

double BatchSource::take_wait_seconds() {
  return std::exchange(waited_, {}).count();
}

}  // namespace nmt
