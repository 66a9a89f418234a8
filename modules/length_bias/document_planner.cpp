#include "modules/length_bias/document_planner.h"

#include <limits>

#include "modules/length_bias/length_sampler.h"

namespace nmt::length_bias {
namespace {

constexpr std::array<int64_t, 5> kHybridSentences = {1, 2, 4, 8, 999};

// What a random stream of this method is for.
enum class Purpose : uint64_t { kLimits = 1, kOrder };

uint64_t method_key(const PlanContext& context, Purpose purpose, int32_t corpus, int64_t pass) {
  return hash_key({context.seed, static_cast<uint64_t>(RandomPurpose::kMethod),
                   static_cast<uint64_t>(purpose), static_cast<uint64_t>(corpus),
                   static_cast<uint64_t>(pass)});
}

// Where each document begins, and the number of sentences at the end.
std::vector<int64_t> document_bounds(const CorpusStore& store, bool mixup) {
  if (mixup) return {0, store.size()};
  std::vector<int64_t> bounds;
  const int64_t documents = store.documents() > 0 ? store.documents() : store.size();
  bounds.reserve(static_cast<size_t>(documents) + 1);
  for (int64_t document = 0; document <= documents; ++document)
    bounds.push_back(store.documents() > 0 ? store.document_begin(document) : document);
  return bounds;
}

// Tokens of sentences first … end − 1, EOS counted, tags not.
std::vector<InstanceLengths> sentence_lengths(const PlanContext& context, int32_t corpus,
                                              int64_t first, int64_t end, int64_t epoch) {
  const InstanceLengths tags = context.corpora->lengths({0, corpus, 0}, 0, 0);
  std::vector<InstanceLengths> lengths;
  lengths.reserve(static_cast<size_t>(end - first));
  for (int64_t sentence = first; sentence < end; ++sentence) {
    const InstanceLengths whole = context.lengths({sentence, corpus, 1}, epoch);
    lengths.push_back({whole.source - tags.source, whole.target - tags.target});
  }
  return lengths;
}

// Cuts every document of a corpus; limits as `sampler` draws them.
std::vector<Instance> cut_corpus(const PlanContext& context, const SamplingOptions& options,
                                 int32_t corpus, int64_t max_sentences, int64_t epoch,
                                 LengthSampler& sampler) {
  std::vector<Instance> instances;
  const std::vector<int64_t> bounds = document_bounds((*context.corpora)[corpus], options.mixup);
  for (size_t document = 0; document + 1 < bounds.size(); ++document) {
    int64_t first = bounds[document];
    const auto sizes = cut_document(
        sentence_lengths(context, corpus, first, bounds[document + 1], epoch),
        [&sampler] { return sampler.next(); }, options.cut, options.max_tokens, max_sentences);
    for (const int32_t size : sizes) {
      instances.push_back({first, corpus, size});
      first += size;
    }
  }
  return instances;
}

}  // namespace

DocumentPlanner::DocumentPlanner(PlanContext context, SamplingOptions options)
    : BatchPlanner(std::move(context)), options_(options) {}

BatchPlan DocumentPlanner::plan(int64_t epoch, int64_t group) const {
  return pack_batches(context(), within_limit(instances(epoch), epoch), epoch, group);
}

// A pass of a corpus may go over several epochs, each with a segmentation of its own.
std::vector<Instance> DocumentPlanner::within_limit(std::vector<Instance> instances,
                                                    int64_t epoch) const {
  const bool whole_passes = context().weights.empty() && context().temperature == 1;
  if (!context().sampled_lengths || whole_passes || options_.max_tokens == 0) return instances;
  std::vector<Instance> fitting;
  for (const Instance& instance : instances) {
    int64_t first = instance.first;
    const auto sizes = cut_document(
        sentence_lengths(context(), instance.corpus, first, first + instance.count, epoch),
        [this] { return options_.max_tokens; }, CutRule::kStrict, options_.max_tokens, 0);
    for (const int32_t size : sizes) {
      fitting.push_back({first, instance.corpus, size});
      first += size;
    }
  }
  return fitting;
}

std::vector<Instance> DocumentPlanner::validation_instances(const CorpusSet& corpora) const {
  SamplingOptions fixed = options_;
  fixed.mode = SamplingMode::kFixed;
  PlanContext other;
  other.corpora = std::shared_ptr<const CorpusSet>(&corpora, [](const CorpusSet*) {});
  const DocumentPlanner planner(std::move(other), fixed);
  return planner.instances(0);
}

std::vector<Instance> DocumentPlanner::pass(const PlanContext& context, int32_t corpus,
                                            int64_t pass, double temperature, int64_t epoch) const {
  LengthSampler sampler(options_, temperature, method_key(context, Purpose::kLimits, corpus, pass));
  if (options_.mode != SamplingMode::kHybrid)
    return cut_corpus(context, options_, corpus, options_.max_sentences, epoch, sampler);
  std::vector<Instance> instances;
  for (const int64_t sentences : kHybridSentences) {
    const auto cut = cut_corpus(context, options_, corpus, sentences, epoch, sampler);
    instances.insert(instances.end(), cut.begin(), cut.end());
  }
  return instances;
}

std::vector<Instance> DocumentPlanner::instances(int64_t epoch) const {
  const std::vector<int64_t> shares = epoch_shares(context());
  const int64_t copies = options_.mode == SamplingMode::kHybrid ? std::ssize(kHybridSentences) : 1;
  std::vector<Instance> drawn;
  for (int32_t corpus = 0; corpus < context().corpora->count(); ++corpus) {
    // As draw_sentences(): the epoch's part of an endless row of passes, measured in sentences. An
    // instance belongs to the epoch in whose part it begins, so that none is lost or comes twice.
    const int64_t size = (*context().corpora)[corpus].size() * copies;
    const int64_t share = shares[static_cast<size_t>(corpus)] * copies;
    const int64_t begin = epoch * share, end = begin + share;
    for (int64_t number = begin / size; number * size < end; ++number) {
      const int64_t first_epoch = number * size / std::max<int64_t>(share, 1);
      std::vector<Instance> cut =
          pass(context(), corpus, number, sampling_temperature(options_, first_epoch), first_epoch);
      if (number * size >= begin && (number + 1) * size <= end) {
        drawn.insert(drawn.end(), cut.begin(), cut.end());
        continue;
      }
      RandomStream(method_key(context(), Purpose::kOrder, corpus, number)).shuffle(cut);
      int64_t position = number * size;
      for (const Instance& instance : cut) {
        if (position >= begin && position < end) drawn.push_back(instance);
        position += instance.count;
      }
    }
  }
  return drawn;
}

ReferenceLengths DocumentPlanner::reference_lengths() const {
  PlanContext stored = context();
  stored.sampled_lengths = nullptr;
  double source = 0, target = 0, count = 0;
  const double temperature = std::numeric_limits<double>::infinity();
  const std::vector<int64_t> shares = epoch_shares(stored);
  for (int32_t corpus = 0; corpus < stored.corpora->count(); ++corpus) {
    const double weight = static_cast<double>(shares[static_cast<size_t>(corpus)]) /
                          static_cast<double>((*stored.corpora)[corpus].size());
    for (const Instance& instance : pass(stored, corpus, 0, temperature, 0)) {
      const InstanceLengths lengths = stored.corpora->lengths(instance);
      source += weight * static_cast<double>(lengths.source);
      target += weight * static_cast<double>(lengths.target);
      count += weight;
    }
  }
  return {source / count, target / count / 2};
}

}  // namespace nmt::length_bias
