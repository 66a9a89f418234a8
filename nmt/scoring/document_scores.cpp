#include "nmt/scoring/document_scores.h"

#include <algorithm>
#include <memory>

#include "nmt/scoring/words.h"

namespace nmt::scoring {
namespace {

/// Segments of one size: sentences, instances or documents.
struct Units {
  std::vector<std::string> hypotheses;
  std::vector<std::string> references;
};

std::vector<BucketSegment> measure(const Units& units) {
  std::vector<BucketSegment> segments;
  segments.reserve(units.references.size());
  for (size_t i = 0; i < units.references.size(); ++i) {
    const size_t reference_words = split_words(units.references[i]).size();
    segments.push_back({reference_words, split_words(units.hypotheses[i]).size(), reference_words});
  }
  return segments;
}

/// The same segments, sorted by their number in their document.
std::vector<BucketSegment> by_position(std::vector<BucketSegment> segments,
                                       std::span<const LineRange> documents) {
  for (const LineRange& document : documents)
    for (size_t i = document.first; i < document.last; ++i)
      segments[i].key = i - document.first + 1;
  return segments;
}

/// What is added to the signature of a metric, behind the number of references.
using Fields = std::vector<SignatureField>;

/// The score of `units`, under a name and with a signature that tell it from the score of lines.
Score named(Score score, const std::string& prefix, const Fields& fields) {
  score.name = prefix + score.name;
  auto& all = score.signature.fields;
  all.insert(all.begin() + 1, fields.begin(), fields.end());
  return score;
}

Fields alignment_fields(const AlignedText& aligned, Alignment alignment) {
  if (aligned.realigned.empty()) return {};
  const std::string how = alignment == Alignment::kPad ? "pad" : "dp";
  return {{"align", "a", how + "[" + std::to_string(aligned.realigned.size()) + "]"}};
}

Fields operator+(Fields fields, const Fields& more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

class Scorer {
 public:
  Scorer(const DocumentText& hypothesis, const DocumentText& reference,
         const DocumentScoreOptions& options)
      : options_(options),
        reference_(reference),
        aligned_(align_sentences(hypothesis, reference, options.alignment)),
        alignment_fields_(alignment_fields(aligned_, options.alignment)),
        sentences_{aligned_.sentences, reference.sentences},
        documents_{join_ranges(hypothesis.sentences, hypothesis.documents),
                   join_ranges(reference.sentences, reference.documents)},
        sentence_segments_(measure(sentences_)),
        document_segments_(measure(documents_)) {
    if (!options.instances) return;
    instances_ = {join_ranges(aligned_.sentences, *options.instances),
                  join_ranges(reference.sentences, *options.instances)};
  }

  DocumentMetricScores score(const Metric& metric) const {
    const Statistics sentences = metric.statistics(sentences_.hypotheses, sentences_.references);
    const Statistics documents = metric.statistics(documents_.hypotheses, documents_.references);
    DocumentMetricScores scores;
    scores.documents = named(metric.corpus(documents_.hypotheses, documents_.references), "d-",
                             {{"unit", "u", "document"}});
    scores.sentences = named(metric.corpus(sentences_.hypotheses, sentences_.references), "s-",
                             Fields{{"unit", "u", "sentence"}} + alignment_fields_);
    if (instances_) {
      scores.instances = named(metric.corpus(instances_->hypotheses, instances_->references), "d-",
                               Fields{{"unit", "u", "instance"}} + alignment_fields_);
    }
    scores.by_sentence_length =
        score_buckets(metric, sentences, sentence_segments_, {0, options_.sentence_lengths});
    scores.by_position =
        score_buckets(metric, sentences, by_position(sentence_segments_, reference_.documents),
                      {1, options_.positions});
    scores.by_document_length =
        score_buckets(metric, documents, document_segments_, {0, options_.document_lengths});
    for (size_t i = 0; i < documents.rows(); ++i)
      scores.each_document.push_back(metric.value(documents.row(i)));
    return scores;
  }

  AlignedText take_aligned() { return std::move(aligned_); }

 private:
  const DocumentScoreOptions& options_;
  const DocumentText& reference_;
  AlignedText aligned_;
  Fields alignment_fields_;
  Units sentences_;
  Units documents_;
  std::optional<Units> instances_;
  std::vector<BucketSegment> sentence_segments_;
  std::vector<BucketSegment> document_segments_;
};

}  // namespace

DocumentScores score_documents(const DocumentText& hypothesis, const DocumentText& reference,
                               std::span<const std::unique_ptr<Metric>> metrics,
                               const DocumentScoreOptions& options) {
  Scorer scorer(hypothesis, reference, options);
  DocumentScores scores;
  for (const std::unique_ptr<Metric>& metric : metrics)
    scores.metrics.push_back(scorer.score(*metric));
  scores.aligned = scorer.take_aligned();
  return scores;
}

}  // namespace nmt::scoring
