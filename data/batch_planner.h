#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "data/corpus_store.h"
#include "data/data_options.h"

// Which sentences go into which batch. A plan holds positions in the corpora only, no text, and is
// a pure function of (corpora, options, seed, epoch, batches in an update): every process computes
// the same one, and a resumed run goes on in the middle of it, also with another number of
// processes.

namespace nmt {

/// A run of consecutive sentence pairs of one corpus that the model sees as one sequence: one
/// sentence, or as much of a document as a method puts together.
struct Instance {
  int64_t first = 0;   // sentence in the corpus
  int32_t corpus = 0;  // index in CorpusSet
  int32_t count = 1;
  bool operator==(const Instance&) const = default;
};

/// Tokens of an instance as the model sees it: pieces, one EOS a sentence, tags.
struct InstanceLengths {
  int64_t source = 0, target = 0;
};

/// The corpora of a run, opened, as one set.
class CorpusSet {
 public:
  /// `source_extra` and `target_extra`: tags that every sequence gets, see PairEncoder.
  explicit CorpusSet(std::vector<std::shared_ptr<const CorpusStore>> stores,
                     int64_t source_extra = 0, int64_t target_extra = 0);

  int64_t count() const { return static_cast<int64_t>(stores_.size()); }
  const CorpusStore& operator[](int64_t corpus) const {
    return *stores_[static_cast<size_t>(corpus)];
  }
  /// Sentence pairs of all corpora.
  int64_t sentences() const { return first_.back(); }
  /// Number of a sentence in the whole set.
  int64_t global_sentence(int64_t corpus, int64_t sentence) const {
    return first_[static_cast<size_t>(corpus)] + sentence;
  }
  /// With the stored pieces, or with another number of them.
  InstanceLengths lengths(const Instance& instance) const;
  InstanceLengths lengths(const Instance& instance, int64_t source_pieces,
                          int64_t target_pieces) const;

 private:
  std::vector<std::shared_ptr<const CorpusStore>> stores_;
  std::vector<int64_t> first_;
  int64_t source_extra_, target_extra_;
};

/// The batches of one epoch, in groups that an update takes together: of G batches a group, update
/// u takes the batches u·G … u·G+G−1, whichever processes and micro-batches they go to. Those of a
/// group cost about the same. A batch is empty only where an epoch's last update finds fewer
/// instances than batches.
class BatchPlan {
 public:
  /// A batch as a part of the instances.
  struct Range {
    size_t begin = 0, end = 0;
  };
  BatchPlan() = default;
  /// Takes the instances as they are; `batches` says in which order which of them form a batch.
  BatchPlan(std::vector<Instance> instances, std::vector<Range> batches)
      : instances_(std::move(instances)), batches_(std::move(batches)) {}

  int64_t size() const { return static_cast<int64_t>(batches_.size()); }
  std::span<const Instance> batch(int64_t index) const {
    const Range& range = batches_[static_cast<size_t>(index)];
    return std::span(instances_).subspan(range.begin, range.end - range.begin);
  }
  /// Of all batches, in no particular order.
  std::span<const Instance> instances() const { return instances_; }

 private:
  std::vector<Instance> instances_;
  std::vector<Range> batches_;
};

/// What a plan depends on besides the epoch.
struct PlanContext {
  std::shared_ptr<const CorpusSet> corpora;
  /// Where segmentation is sampled: PairReader::lengths, so that batches are planned on the lengths
  /// that they will have. Empty: the stored lengths.
  std::function<InstanceLengths(const Instance& instance, int64_t epoch)> sampled_lengths;
  BatchLimits limits;
  std::vector<double> weights;  // one a corpus, or empty: by temperature
  double temperature = 1;
  uint64_t seed = 1;

  /// Of an instance in an epoch.
  InstanceLengths lengths(const Instance& instance, int64_t epoch) const {
    return sampled_lengths ? sampled_lengths(instance, epoch) : corpora->lengths(instance);
  }
};

/// Makes the plan of each epoch. Methods replace it, and find in context() what they need.
class BatchPlanner {
 public:
  explicit BatchPlanner(PlanContext context) : context_(std::move(context)) {}
  virtual ~BatchPlanner() = default;
  /// `epoch` counts from 0; `group` batches go into an update: processes × micro-batches. Must be a
  /// pure function, callable from any thread. The number of batches is a multiple of `group`.
  virtual BatchPlan plan(int64_t epoch, int64_t group) const = 0;
  /// What a validation corpus is measured on: here every sentence by itself.
  virtual std::vector<Instance> validation_instances(const CorpusSet& corpora) const;
  const PlanContext& context() const { return context_; }

 private:
  PlanContext context_;
};

/// The standard planner: sentence pairs of all corpora in shares by weight (draw_sentences),
/// batched by length (pack_batches).
std::unique_ptr<BatchPlanner> make_sentence_planner(PlanContext context);

/// The instances from short to long, in as few batches as the limits allow: for validation. Those
/// with an empty side are left out.
BatchPlan plan_by_length(const CorpusSet& corpora, const std::vector<Instance>& instances,
                         const BatchLimits& limits);

/// How many sentences each corpus gives to an epoch. An epoch has as many as the corpora together;
/// corpus c gets the share weights[c] / Σ weights, or without weights n_c^(1/T) / Σ n^(1/T).
std::vector<int64_t> epoch_shares(const PlanContext& context);

/// The sentences of an epoch, in no particular order. Each corpus is an endless row of shuffled
/// passes of which an epoch takes the next epoch_shares() part: no sentence comes a second time
/// before all others came once, over epochs too. With temperature 1 and no weights every sentence
/// comes exactly once.
std::vector<Instance> draw_sentences(const PlanContext& context, int64_t epoch);

/// Puts instances into batches within context.limits: instances of similar lengths together, in
/// groups of `group` batches in an order of the epoch's own. An instance above the limits becomes a
/// batch of its own.
BatchPlan pack_batches(const PlanContext& context, std::vector<Instance> instances, int64_t epoch,
                       int64_t group);

}  // namespace nmt
