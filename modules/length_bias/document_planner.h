#pragma once

#include <cstdint>
#include <vector>

#include "data/batch_planner.h"
#include "modules/length_bias/attention_scale.h"
#include "modules/length_bias/options.h"

namespace nmt::length_bias {

/// Documents cut anew in every epoch, then batched by length. Every sentence pair occurs once an
/// epoch (hybrid: five times), in instances that follow the order of the text; with weights or a
/// temperature, corpora give as much as epoch_shares() says. In a corpus without documents every
/// sentence is one.
class DocumentPlanner : public BatchPlanner {
 public:
  DocumentPlanner(PlanContext context, SamplingOptions options);

  BatchPlan plan(int64_t epoch, int64_t group) const override;
  /// Cut as long as doc.max_tokens allows, whatever dls.mode: validation loss is comparable over
  /// epochs and modes.
  std::vector<Instance> validation_instances(const CorpusSet& corpora) const override;

  /// The instances of an epoch, corpus by corpus.
  std::vector<Instance> instances(int64_t epoch) const;

  /// The mean lengths of the first epoch's instances, of the target half of it; with the annealed
  /// mode of its last epochs (whose first ones are sentences, no measure of what is to come). On
  /// the stored segmentation.
  ReferenceLengths reference_lengths() const;

 private:
  /// Cuts instances again that the epoch's segmentation made longer than doc.max_tokens.
  std::vector<Instance> within_limit(std::vector<Instance> instances, int64_t epoch) const;
  std::vector<Instance> pass(const PlanContext& context, int32_t corpus, int64_t pass,
                             double temperature, int64_t epoch) const;

  SamplingOptions options_;
};

}  // namespace nmt::length_bias
