#include "data/batch_planner.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "nmt/support/error.h"
#include "nmt/support/random.h"

namespace nmt {
namespace {

// Instances are sorted by length within windows of about this many: enough for little padding, few
// enough for batches that differ in every epoch.
constexpr size_t kWindow = 1 << 16;

using Range = BatchPlan::Range;

// What has been put into the batch that is being filled.
class Filling {
 public:
  explicit Filling(const BatchLimits& limits) : limits_(limits) {}
  bool fits(const InstanceLengths& lengths) const {
    if (count_ == 0) return true;
    if (limits_.max_sentences > 0 && count_ + 1 > limits_.max_sentences) return false;
    if (limits_.measure == BatchMeasure::kTarget)
      return target_tokens_ + lengths.target <= limits_.max_tokens;
    return (count_ + 1) * std::max({longest_, lengths.source, lengths.target}) <=
           limits_.max_tokens;
  }
  void add(const InstanceLengths& lengths) {
    ++count_;
    target_tokens_ += lengths.target;
    longest_ = std::max({longest_, lengths.source, lengths.target});
  }

 private:
  BatchLimits limits_;
  int64_t count_ = 0, target_tokens_ = 0, longest_ = 0;
};

// Sorts so that neighbours are alike in the lengths of both sides: strips of similar target length,
// each sorted by source length, up and down in turns; ties at random. Twice as many strips as a
// strip has batches wastes least. Gives the lengths in the new order.
std::vector<InstanceLengths> sort_by_length(const PlanContext& context, int64_t epoch,
                                            std::span<Instance> window, RandomStream& random) {
  struct Keyed {
    InstanceLengths lengths;
    uint64_t tie;
    Instance instance;
  };
  std::vector<Keyed> keyed;
  keyed.reserve(window.size());
  int64_t cost = 0;
  for (const Instance& instance : window) {
    const InstanceLengths lengths = context.lengths(instance, epoch);
    cost += context.limits.measure == BatchMeasure::kTarget
                ? lengths.target
                : std::max(lengths.source, lengths.target);
    keyed.push_back({lengths, random.next(), instance});
  }
  std::sort(keyed.begin(), keyed.end(), [](const Keyed& a, const Keyed& b) {
    return std::pair(a.lengths.target, a.tie) < std::pair(b.lengths.target, b.tie);
  });
  const double batches = static_cast<double>(cost) / static_cast<double>(context.limits.max_tokens);
  const auto strips = static_cast<size_t>(std::max(1.0, std::round(2 * std::sqrt(batches))));
  for (size_t strip = 0; strip < strips; ++strip) {
    const auto begin = keyed.begin() + static_cast<std::ptrdiff_t>(keyed.size() * strip / strips);
    const auto end =
        keyed.begin() + static_cast<std::ptrdiff_t>(keyed.size() * (strip + 1) / strips);
    const int64_t sign = strip % 2 == 0 ? 1 : -1;
    std::sort(begin, end, [sign](const Keyed& a, const Keyed& b) {
      return std::pair(sign * a.lengths.source, a.tie) < std::pair(sign * b.lengths.source, b.tie);
    });
  }
  std::vector<InstanceLengths> lengths(window.size());
  for (size_t i = 0; i < window.size(); ++i)
    window[i] = keyed[i].instance, lengths[i] = keyed[i].lengths;
  return lengths;
}

// Instances spread over windows at random, in their old order within a window.
struct Windows {
  std::vector<Instance> instances;
  std::vector<size_t> ends;
};

Windows spread(std::vector<Instance> instances, int64_t group, RandomStream& random) {
  // Large updates take many batches at once.
  const size_t window_size = kWindow * std::max<size_t>(1, static_cast<size_t>(group) / 8);
  const size_t windows = std::max<size_t>(1, (instances.size() + window_size / 2) / window_size);
  std::vector<uint32_t> window_of(instances.size());
  std::vector<size_t> ends(windows, 0);
  for (uint32_t& window : window_of) {
    window = static_cast<uint32_t>(random.below(windows));
    ++ends[window];
  }
  std::exclusive_scan(ends.begin(), ends.end(), ends.begin(), size_t{0});
  std::vector<Instance> placed(instances.size());
  for (size_t i = 0; i < instances.size(); ++i) placed[ends[window_of[i]]++] = instances[i];
  return {std::move(placed), std::move(ends)};
}

// Cuts sorted instances, the first of which has the number `first`, into batches as large as the
// limits allow.
std::vector<Range> cut_batches(const BatchLimits& limits, std::span<const InstanceLengths> lengths,
                               size_t first) {
  std::vector<Range> batches;
  Filling filling(limits);
  for (size_t i = 0; i < lengths.size(); ++i) {
    if (batches.empty() || !filling.fits(lengths[i])) {
      batches.push_back({first + i, first + i});
      filling = Filling(limits);
    }
    filling.add(lengths[i]);
    batches.back().end = first + i + 1;
  }
  return batches;
}

// Cuts the rest of an epoch's batches, fewer than an update takes, into as many as it takes.
void split_to(std::vector<Range>& batches, size_t wanted) {
  while (batches.size() < wanted) {
    const auto largest = std::max_element(
        batches.begin(), batches.end(),
        [](const Range& a, const Range& b) { return a.end - a.begin < b.end - b.begin; });
    const size_t middle = largest->begin + (largest->end - largest->begin) / 2;
    const Range second{middle, largest->end};
    largest->end = middle;
    batches.push_back(second);
  }
}

class SentencePlanner : public BatchPlanner {
 public:
  using BatchPlanner::BatchPlanner;
  BatchPlan plan(int64_t epoch, int64_t group) const override {
    return pack_batches(context(), draw_sentences(context(), epoch), epoch, group);
  }
};

}  // namespace

CorpusSet::CorpusSet(std::vector<std::shared_ptr<const CorpusStore>> stores, int64_t source_extra,
                     int64_t target_extra)
    : stores_(std::move(stores)),
      first_{0},
      source_extra_(source_extra),
      target_extra_(target_extra) {
  for (const auto& store : stores_) first_.push_back(first_.back() + store->size());
}

InstanceLengths CorpusSet::lengths(const Instance& instance) const {
  const CorpusStore& store = (*this)[instance.corpus];
  return lengths(instance, store.run_length(Side::kSource, instance.first, instance.count),
                 store.run_length(Side::kTarget, instance.first, instance.count));
}

InstanceLengths CorpusSet::lengths(const Instance& instance, int64_t source_pieces,
                                   int64_t target_pieces) const {
  return {source_pieces + instance.count + source_extra_,
          target_pieces + instance.count + target_extra_};
}

std::unique_ptr<BatchPlanner> make_sentence_planner(PlanContext context) {
  return std::make_unique<SentencePlanner>(std::move(context));
}

std::vector<int64_t> epoch_shares(const PlanContext& context) {
  const CorpusSet& corpora = *context.corpora;
  std::vector<double> weights = context.weights;
  if (weights.empty())
    for (int64_t c = 0; c < corpora.count(); ++c)
      weights.push_back(std::pow(static_cast<double>(corpora[c].size()), 1 / context.temperature));
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int64_t> shares;
  for (int64_t c = 0; c < corpora.count(); ++c) {
    const double share = weights[static_cast<size_t>(c)] / sum;
    // Exact where the share is the natural one: no rounding may lose a sentence.
    const bool natural = context.weights.empty() && context.temperature == 1;
    shares.push_back(natural ? corpora[c].size()
                             : std::llround(share * static_cast<double>(corpora.sentences())));
  }
  return shares;
}

std::vector<Instance> draw_sentences(const PlanContext& context, int64_t epoch) {
  const std::vector<int64_t> shares = epoch_shares(context);
  std::vector<Instance> drawn;
  drawn.reserve(static_cast<size_t>(std::accumulate(shares.begin(), shares.end(), int64_t{0})));
  for (int64_t c = 0; c < context.corpora->count(); ++c) {
    const int64_t size = (*context.corpora)[c].size(), share = shares[static_cast<size_t>(c)];
    const auto add = [&](int64_t sentence) {
      drawn.push_back({sentence, static_cast<int32_t>(c), 1});
    };
    // The epoch's part of the endless row of passes.
    int64_t position = epoch * share;
    const int64_t end = position + share;
    while (position < end) {
      const int64_t pass = position / size, from = position % size,
                    to = std::min(size, from + end - position);
      if (from == 0 && to == size) {
        for (int64_t sentence = 0; sentence < size; ++sentence) add(sentence);
      } else {
        std::vector<int64_t> order(static_cast<size_t>(size));
        std::iota(order.begin(), order.end(), int64_t{0});
        RandomStream random(hash_key({context.seed, static_cast<uint64_t>(RandomPurpose::kMixture),
                                      static_cast<uint64_t>(c), static_cast<uint64_t>(pass)}));
        random.shuffle(order);
        // In corpus order, so that reading their lengths runs forward.
        std::sort(order.begin() + from, order.begin() + to);
        for (int64_t i = from; i < to; ++i) add(order[static_cast<size_t>(i)]);
      }
      position += to - from;
    }
  }
  return drawn;
}

BatchPlan pack_batches(const PlanContext& context, std::vector<Instance> instances, int64_t epoch,
                       int64_t group) {
  RandomStream random(hash_key({context.seed, static_cast<uint64_t>(RandomPurpose::kShuffle),
                                static_cast<uint64_t>(epoch)}));
  auto [placed, window_ends] = spread(std::move(instances), group, random);
  const auto group_size = static_cast<size_t>(group);

  // Complete groups of batches of neighbouring lengths; what is left of a window joins the next
  // one.
  std::vector<Range> batches;
  size_t begin = 0;
  for (const size_t end : window_ends) {
    const bool last = end == placed.size();
    const std::vector<InstanceLengths> lengths =
        sort_by_length(context, epoch, std::span(placed).subspan(begin, end - begin), random);
    std::vector<Range> cut = cut_batches(context.limits, lengths, begin);
    if (!last && !cut.empty()) cut.pop_back();  // it may not be full
    if (!last) cut.resize(cut.size() / group_size * group_size);
    if (!cut.empty()) begin = cut.back().end;
    batches.insert(batches.end(), cut.begin(), cut.end());
    if (last) break;
  }

  const size_t complete = batches.size() / group_size;
  std::vector<size_t> groups(complete);
  std::iota(groups.begin(), groups.end(), size_t{0});
  random.shuffle(groups);
  std::vector<Range> order;
  order.reserve(batches.size() + group_size);
  for (const size_t g : groups)
    for (size_t b = g * group_size; b < (g + 1) * group_size; ++b) order.push_back(batches[b]);
  std::vector<Range> rest(batches.begin() + static_cast<std::ptrdiff_t>(complete * group_size),
                          batches.end());
  if (!rest.empty()) split_to(rest, group_size);
  order.insert(order.end(), rest.begin(), rest.end());
  return {std::move(placed), std::move(order)};
}

std::vector<Instance> BatchPlanner::validation_instances(const CorpusSet& corpora) const {
  std::vector<Instance> sentences;
  sentences.reserve(static_cast<size_t>(corpora.sentences()));
  for (int64_t c = 0; c < corpora.count(); ++c)
    for (int64_t i = 0; i < corpora[c].size(); ++i)
      sentences.push_back({i, static_cast<int32_t>(c), 1});
  return sentences;
}

BatchPlan plan_by_length(const CorpusSet& corpora, const std::vector<Instance>& instances,
                         const BatchLimits& limits) {
  std::vector<std::pair<InstanceLengths, Instance>> sorted;
  for (const Instance& instance : instances) {
    const CorpusStore& store = corpora[instance.corpus];
    if (store.run_length(Side::kSource, instance.first, instance.count) > 0 &&
        store.run_length(Side::kTarget, instance.first, instance.count) > 0)
      sorted.emplace_back(corpora.lengths(instance), instance);
  }
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first.target, a.first.source) < std::pair(b.first.target, b.first.source);
  });
  std::vector<Instance> ordered;
  std::vector<InstanceLengths> lengths;
  for (const auto& [length, instance] : sorted)
    lengths.push_back(length), ordered.push_back(instance);
  return {std::move(ordered), cut_batches(limits, lengths, 0)};
}

}  // namespace nmt
