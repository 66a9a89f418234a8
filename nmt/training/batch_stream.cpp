#include "nmt/training/batch_stream.h"

namespace nmt {

Batch BatchAssembly::operator()(const std::vector<TokenPair>& pairs) const {
  Batch batch = make_batch(pairs, pad, bos);
  if (annotate) annotate(batch.source, pairs);
  return batch.to(device);
}

Batch CorpusBatchStream::next() {
  const std::vector<TokenPair> pairs = source_->next();
  return pairs.empty() ? Batch() : assembly_(pairs);
}

}  // namespace nmt
