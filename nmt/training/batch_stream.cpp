#include "nmt/training/batch_stream.h"

namespace nmt {

Batch CorpusBatchStream::next() {
  const std::vector<TokenPair> pairs = source_->next();
  if (pairs.empty()) return {};
  Batch batch = make_batch(pairs, pad_, bos_);
  if (annotate_) annotate_(batch.source, pairs);
  return batch.to(device_);
}

}  // namespace nmt
