#include "nmt/scoring/document_scores.h"

#include <algorithm>
#include <memory>

#include "nmt/scoring/words.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// Segments of one size: sentences, instances or documents.
struct Units {
  std::vector<std::string> hypotheses;
  std::vector<std::vector<std::string>> references;  // one stream for each reference
};

std::vector<BucketSegment> measure(const Units& units) {
  const std::vector<std::string>& references = units.references.front();
  std::vector<BucketSegment> segments;
  segments.reserve(references.size());
  for (size_t i = 0; i < references.size(); ++i) {
    const size_t reference_words = split_words(references[i]).size();
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

/// Throws Error unless both have the same documents with equally many sentences.
void require_same_sentences(const DocumentText& reference, const DocumentText& other) {
  const auto [ours, theirs] = std::mismatch(reference.documents.begin(), reference.documents.end(),
                                            other.documents.begin(), other.documents.end());
  if (ours == reference.documents.end() && theirs == other.documents.end()) return;
  const auto size = [](auto document, const DocumentText& text) {
    return document == text.documents.end() ? 0 : document->size();
  };
  throw Error(
      FilePosition{other.name},
      text("document ", ours - reference.documents.begin() + 1, " has ", size(theirs, other),
           " sentences, but ", size(ours, reference), " in ", reference.name),
      "All references need the sentences of the first one, line by line.");
}

/// The first reference, then the others.
std::vector<const DocumentText*> all_references(const DocumentSet& set) {
  std::vector<const DocumentText*> all = {&set.reference};
  for (const DocumentText& other : set.more_references) {
    require_same_sentences(set.reference, other);
    all.push_back(&other);
  }
  return all;
}

class Scorer {
 public:
  Scorer(const DocumentSet& set, const DocumentScoreOptions& options)
      : options_(options),
        reference_(set.reference),
        references_(all_references(set)),
        aligned_(align_sentences(set.hypothesis, set.reference, options.alignment)),
        alignment_fields_(alignment_fields(aligned_, options.alignment)),
        sentences_{aligned_.sentences, {}},
        documents_(join(set.hypothesis.sentences, set.hypothesis.documents, reference_.documents)),
        document_segments_(measure(documents_)) {
    for (const DocumentText* reference : references_)
      sentences_.references.push_back(reference->sentences);
    sentence_segments_ = measure(sentences_);
    if (options.instances)
      instances_ = join(aligned_.sentences, *options.instances, *options.instances);
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
  /// `ranges` of the translation's sentences against `reference_ranges` of those of each reference.
  Units join(std::span<const std::string> sentences, std::span<const LineRange> ranges,
             std::span<const LineRange> reference_ranges) const {
    Units units{join_ranges(sentences, ranges), {}};
    for (const DocumentText* reference : references_)
      units.references.push_back(join_ranges(reference->sentences, reference_ranges));
    return units;
  }

  const DocumentScoreOptions& options_;
  const DocumentText& reference_;
  std::vector<const DocumentText*> references_;
  AlignedText aligned_;
  Fields alignment_fields_;
  Units sentences_;
  Units documents_;
  std::optional<Units> instances_;
  std::vector<BucketSegment> document_segments_;
  std::vector<BucketSegment> sentence_segments_;
};

}  // namespace

DocumentScores score_documents(const DocumentSet& set,
                               std::span<const std::unique_ptr<Metric>> metrics,
                               const DocumentScoreOptions& options) {
  Scorer scorer(set, options);
  DocumentScores scores;
  for (const std::unique_ptr<Metric>& metric : metrics)
    scores.metrics.push_back(scorer.score(*metric));
  scores.aligned = scorer.take_aligned();
  return scores;
}

}  // namespace nmt::scoring
