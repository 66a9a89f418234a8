#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

// Text in documents, as scores of whole documents need it.

namespace nmt::scoring {

/// Sentences first … last-1 of a text, counted from 0.
struct LineRange {
  size_t first = 0;
  size_t last = 0;
  size_t size() const { return last - first; }
  bool operator==(const LineRange&) const = default;
};

/// Sentences, and the documents that they form.
struct DocumentText {
  std::string name;  ///< what error messages call the text: its file
  std::vector<std::string> sentences;
  std::vector<LineRange> documents;  ///< in order, without gaps; together they are all sentences
  std::vector<std::string> ids;      ///< a name for each document; "1", "2", … if it has none

  std::span<const std::string> document(size_t index) const {
    return std::span(sentences).subspan(documents[index].first, documents[index].size());
  }
};

/// A translation and its references, document by document.
struct DocumentSet {
  DocumentText reference;  ///< its sentences and their lengths are what is counted
  DocumentText hypothesis;
  /// Other references, with as many sentences in each document.
  std::vector<DocumentText> more_references = {};
};

/// The sentences of each range as one text, with one blank between sentences: the units of document
/// scores.
std::vector<std::string> join_ranges(std::span<const std::string> sentences,
                                     std::span<const LineRange> ranges);

}  // namespace nmt::scoring
