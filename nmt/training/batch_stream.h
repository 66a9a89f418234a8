#pragma once

#include <torch/types.h>

#include <functional>
#include <memory>
#include <vector>

#include "data/batch.h"
#include "data/batch_source.h"

namespace nmt {

/// Where training batches come from: an endless stream that passes from epoch to epoch.
class BatchStream {
 public:
  virtual ~BatchStream() = default;
  /// The next batch of this process, on the training device.
  virtual Batch next() = 0;
  /// Where next() goes on, in the stream of all processes together: the same place in each of them
  /// after as many batches.
  virtual BatchPosition position() const = 0;
  /// Seconds that next() has waited for data since the last call.
  virtual double take_wait_seconds() = 0;
};

/// Makes a batch of token pairs: padded, annotated by the methods, moved to the device.
struct BatchAssembly {
  using Annotate = std::function<void(SourceBatch& source, const std::vector<TokenPair>& pairs)>;
  int64_t pad, bos;   // the target vocabulary's
  Annotate annotate;  // may be empty
  torch::Device device;

  Batch operator()(const std::vector<TokenPair>& pairs) const;
};

/// What a BatchSource gives, as batches.
class CorpusBatchStream final : public BatchStream {
 public:
  CorpusBatchStream(std::unique_ptr<BatchSource> source, BatchAssembly assembly)
      : source_(std::move(source)), assembly_(std::move(assembly)) {}

  Batch next() override;
  BatchPosition position() const override { return source_->position(); }
  double take_wait_seconds() override { return source_->take_wait_seconds(); }

 private:
  std::unique_ptr<BatchSource> source_;
  BatchAssembly assembly_;
};

}  // namespace nmt
