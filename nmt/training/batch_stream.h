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
  /// Epoch (0-based) of the batch that next() will give, and its index within this process's part
  /// of the epoch.
  virtual BatchPosition position() const = 0;
  /// Seconds that next() has waited for data since the last call.
  virtual double take_wait_seconds() = 0;
};

/// Makes tensors of token pairs: what a BatchSource gives, padded, annotated by the methods, moved
/// to the device.
class CorpusBatchStream final : public BatchStream {
 public:
  using Annotate = std::function<void(SourceBatch& source, const std::vector<TokenPair>& pairs)>;

  CorpusBatchStream(std::unique_ptr<BatchSource> source, int64_t pad, int64_t bos,
                    Annotate annotate, torch::Device device)
      : source_(std::move(source)),
        pad_(pad),
        bos_(bos),
        annotate_(std::move(annotate)),
        device_(device) {}

  Batch next() override;
  BatchPosition position() const override { return source_->position(); }
  double take_wait_seconds() override { return source_->take_wait_seconds(); }

 private:
  std::unique_ptr<BatchSource> source_;
  int64_t pad_, bos_;
  Annotate annotate_;
  torch::Device device_;
};

}  // namespace nmt
