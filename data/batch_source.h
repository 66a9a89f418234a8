#pragma once

#include <chrono>
#include <cstdint>
#include <future>
#include <memory>
#include <vector>

#include "data/batch_planner.h"
#include "data/ordered_pool.h"
#include "data/pair_encoder.h"
#include "data/token_pair.h"

namespace nmt {

/// A place in the stream of training batches of all processes together.
struct BatchPosition {
  int64_t epoch = 0;  // from 0
  int64_t batch = 0;  // in the epoch's plan
  int64_t group = 0;  // what the epoch was planned with; 0: not planned yet
  bool operator==(const BatchPosition&) const = default;
};

/// Turns planned instances into the token pairs of a batch: reads the pieces, cuts them anew where
/// `noise` says so, adds tags and EOS. A pure function of its arguments; const and safe in several
/// threads.
class PairReader {
 public:
  /// `seed`: of the sampled segmentation. Sampled rows longer than `max_length` tokens (0: no
  /// limit) keep the ordinary segmentation.
  PairReader(std::shared_ptr<const CorpusSet> corpora, std::shared_ptr<const PairEncoder> encoder,
             SegmentationNoise noise, int64_t max_length, uint64_t seed);

  /// The pairs of a batch in `epoch`; the epoch only decides how text is cut.
  std::vector<TokenPair> read(std::span<const Instance> batch, int64_t epoch) const;
  /// How long read() makes an instance in `epoch`. Costs as much as reading it where segmentation
  /// is sampled.
  InstanceLengths lengths(const Instance& instance, int64_t epoch) const;

 private:
  TokenPair read(const Instance& instance, int64_t epoch) const;
  std::vector<std::vector<int32_t>> sentences(Side side, const Instance& instance,
                                              int64_t epoch) const;

  std::shared_ptr<const CorpusSet> corpora_;
  std::shared_ptr<const PairEncoder> encoder_;
  std::vector<Direction> directions_;  // of each corpus
  SegmentationNoise noise_;
  int64_t max_length_;
  uint64_t seed_;
};

/// The endless stream of training batches of one process, prepared ahead in threads: of the
/// position's next `world` batches the one with the number `rank`, and so on. What it delivers
/// depends on planner, reader, options and position alone: not on the number of threads, and not on
/// where it started. All processes together deliver the same batches whatever their number, as long
/// as `group` is the same; an epoch that was begun with another group is finished with it, so that
/// nothing is lost or comes twice.
class BatchSource {
 public:
  struct Options {
    int64_t rank = 0, world = 1;
    int64_t group = 1;      // batches an update, of all processes: a multiple of `world`
    BatchPosition start;    // where to go on; nothing before it is read
    int64_t threads = 2;    // 0: prepare within next()
    int64_t prefetch = 16;  // batches kept ready
  };
  BatchSource(std::shared_ptr<const BatchPlanner> planner, std::shared_ptr<const PairReader> reader,
              Options options);

  /// The next batch; after the last one of an epoch comes the first one of the next. Empty only
  /// where BatchPlan says, and where the rest of an epoch that was begun with another group has no
  /// batch for this process. Throws what reading threw.
  std::vector<TokenPair> next();
  /// The place of the batch that next() will give: what a checkpoint keeps.
  const BatchPosition& position() const { return position_; }
  /// Seconds that next() has spent waiting since the last call of this.
  double take_wait_seconds();

 private:
  struct Planned {
    std::shared_ptr<const BatchPlan> plan;  // keeps the instances alive
    BatchPosition position, following;
  };
  struct Ready {
    std::vector<TokenPair> pairs;
    BatchPosition following;
  };
  std::future<BatchPlan> start_planning(int64_t epoch, int64_t group) const;
  Ready read(const Planned& planned) const;
  void enter_epoch(BatchPosition position);
  std::optional<Planned> pull();

  std::shared_ptr<const BatchPlanner> planner_;
  std::shared_ptr<const PairReader> reader_;
  Options options_;

  // Of the next batch to deliver.
  BatchPosition position_;
  std::chrono::duration<double> waited_{};

  // Of the next batch to plan; touched by pull() only.
  BatchPosition planned_;
  std::shared_ptr<const BatchPlan> plan_;
  std::future<BatchPlan> next_plan_;  // of the epoch after it, made while this one is delivered

  std::unique_ptr<OrderedPool<Planned, Ready>>
      pool_;  // last: its threads stop before the rest goes
};

}  // namespace nmt
