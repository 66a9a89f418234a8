#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "nmt/scoring/buckets.h"
#include "nmt/scoring/documents.h"
#include "nmt/scoring/metric.h"
#include "nmt/scoring/sentence_alignment.h"

// Scores of translated documents. What the literature calls d-BLEU is one of two numbers that
// cannot be compared: BLEU whose segments are real documents, or the instances (parts of documents
// that fit the model) in which the system translated. Each score's signature says which (unit:…).

namespace nmt::scoring {

struct DocumentScoreOptions {
  Alignment alignment = Alignment::kNone;
  /// Parts of documents to be scored as units too, as ranges of the reference's sentences.
  std::optional<std::vector<LineRange>> instances = {};
  // Where buckets begin, behind the first one.
  std::vector<size_t> sentence_lengths = {10, 20, 30, 40, 50, 60};         ///< words, from 0
  std::vector<size_t> document_lengths = {64, 128, 256, 512, 1024, 2048};  ///< words, from 0
  std::vector<size_t> positions = {2, 3, 4, 5, 9, 17, 33, 65};             ///< from 1
};

/// What one metric says. Lengths are words of the reference (split_words(), the same for every
/// metric); the position of a sentence is its number in its document.
struct DocumentMetricScores {
  Score documents;                 ///< d-BLEU…: a document is a segment
  std::optional<Score> instances;  ///< d-BLEU… with unit:instance
  Score sentences;                 ///< s-BLEU…: the metric itself, on aligned sentences
  std::vector<BucketScore> by_sentence_length;  ///< sentences
  std::vector<BucketScore> by_position;         ///< sentences
  std::vector<BucketScore> by_document_length;  ///< documents
  std::vector<double> each_document;            ///< the score of every document by itself
};

struct DocumentScores {
  AlignedText aligned;
  std::vector<DocumentMetricScores> metrics;
};

/// Scores the hypothesis of `set` with each of `metrics`. d-scores do not depend on the alignment,
/// which is made with the first reference. Throws Error for texts that do not correspond (see
/// align_sentences()), for more references with other numbers of sentences than the first one,
/// and for buckets that do not increase.
DocumentScores score_documents(const DocumentSet& set,
                               std::span<const std::unique_ptr<Metric>> metrics,
                               const DocumentScoreOptions& options = {});

}  // namespace nmt::scoring
