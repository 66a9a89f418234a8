#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/batch.h"
#include "nmt/decoding/hypotheses.h"
#include "nmt/decoding/search.h"
#include "nmt/decoding/source_splitter.h"

namespace nmt {

/// One line to translate.
struct TranslationRequest {
  /// `source`: ids with tags and EOS; no ids at all stand for an empty line, whose translation is
  /// empty. `target`: the forced beginning of the translation (a target-side language tag, a prefix
  /// that the user gave), usually empty. `instance_id` keys sampling: number the lines of an input,
  /// and a line's samples do not depend on the batch. Languages and direction as in training.
  TokenPair tokens;
  /// A long source is cut between its first `source_head` and its last `source_tail` tokens (tags;
  /// EOS), which every part gets.
  size_t source_head = 0, source_tail = 1;
  /// The first so many tokens of `tokens.target` (tags) are not counted by length rules, and every
  /// part of a long source gets them; what follows them goes to the first part.
  size_t target_head = 0;
};

/// What comes out for one request: at least one hypothesis, best first (sampling: in the order
/// drawn). A source translated in `parts` > 1 has one (sampling: as many as drawn), the parts' best
/// ones joined; log-probability and score are sums.
struct Translation {
  std::vector<Hypothesis> hypotheses;
  size_t parts = 1;
};

/// Sources → translations. Methods put their own in place of the default one (sliding windows over
/// documents).
class Translator {
 public:
  virtual ~Translator() = default;
  /// One translation a request, in the order of the requests, whatever they are.
  virtual std::vector<Translation> translate(const std::vector<TranslationRequest>& requests) = 0;
  /// The name of the way in which it translates requests of a document in their context; "": it
  /// takes every request by itself.
  virtual std::string document_decoding() const { return ""; }
};

/// Adds a method's annotations (SourceBatch::annotations) to a batch made from `pairs`.
using SourceAnnotator =
    std::function<void(SourceBatch& source, const std::vector<TokenPair>& pairs)>;

/// The default: cuts long sources, sorts by length, searches the batches, several at a time (see
/// for_each_batch()), and restores the order. Annotations are made by the calling thread.
class BatchTranslator : public Translator {
 public:
  /// `breaks`: where a long source may be cut, see break_table(); empty: anywhere.
  BatchTranslator(Search search, std::vector<Break> breaks = {},
                  SourceAnnotator annotate = nullptr);

  std::vector<Translation> translate(const std::vector<TranslationRequest>& requests) override;

  const Search& search() const { return search_; }

 private:
  /// A piece of work for the search: one part of one request, or one sample of it.
  struct Job {
    TokenPair pair;
    size_t target_head;
    uint64_t key;
  };
  std::vector<Job> jobs(const TranslationRequest& request, const std::vector<Span>& parts) const;
  std::vector<std::vector<Hypothesis>> run(const std::vector<Job>& jobs) const;

  Search search_;
  std::vector<Break> breaks_;
  SourceAnnotator annotate_;
};

/// Batches for sentences of these `lengths`, longest first: at most `tokens` (padding counted) and
/// `sentences` each, but at least one sentence. Every index occurs once; equal lengths keep their
/// order.
std::vector<std::vector<size_t>> length_batches(const std::vector<int64_t>& lengths, int64_t tokens,
                                                int64_t sentences);

}  // namespace nmt
