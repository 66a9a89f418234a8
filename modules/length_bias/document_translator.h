#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "modules/length_bias/options.h"
#include "modules/length_bias/window_planner.h"
#include "nmt/decoding/document_translator.h"

namespace nmt::length_bias {

/// Sliding-window decoding, and its baselines (DocumentMode). A window's source is encoded anew,
/// the committed translations of its context sentences are forced as the beginning of its
/// translation, and the search must produce exactly as many sentences as the window has: every
/// sentence gets its own translation, in its place. The best hypothesis of a window is final.
class WindowTranslator : public DocumentTranslator {
 public:
  WindowTranslator(const Options& options, DocumentTools tools);

  void begin_document(DocumentHeader header) override;
  void add(DocumentSentence sentence) override;
  void end_document() override;
  bool step() override;
  std::deque<SentenceTranslation> take() override;
  std::vector<DocumentReport> take_reports() override;
  int64_t documents_in_work() const override;
  int64_t sentences_waiting() const override { return waiting_; }
  std::string describe() const override;
  std::string name() const override;  // "sliding128", "whole" …

 private:
  struct Document {
    DocumentReport report;
    Direction direction;
    uint64_t key;
    WindowPlanner planner;
    // Of the sentences with text, from number `first` on; what no window will need any more goes.
    int64_t first = 0;
    std::deque<std::vector<int32_t>> sources, references, committed;
    std::vector<int64_t> numbers;           // of these sentences among all of the document
    std::deque<bool> arrived;               // sentences not taken yet: whether it has text
    std::deque<SentenceTranslation> ready;  // translations not taken yet, of those with text
    bool ended = false;
  };
  /// One search row: the new sentences of a document's window; with reference context one of them.
  struct Job {
    const Document* document = nullptr;
    TokenPair pair;  // the target is the forced prefix
    StoppingRule rule;
    bool capped = false;  // the rule's length is the window's limit, below decode.max_len_…
    uint64_t key = 0;
    Hypothesis result;
  };

  /// Whether windows have limits of their own, below the model's positions.
  bool bounded() const {
    return mode_ == DocumentMode::kSliding || mode_ == DocumentMode::kChunked;
  }
  WindowLimits limits() const;
  std::vector<Job> jobs(const Document& document, const Window& window) const;
  Job job(const Document& document, const Window& window, int64_t begin, int64_t end,
          const std::deque<std::vector<int32_t>>& context) const;
  std::vector<std::vector<int32_t>> sources(const Document& document, const Window& window) const;
  void search(std::vector<Job>& jobs) const;
  Hypothesis translate_in_parts(const Job& job) const;
  void commit(Document& document, const Window& window, const std::vector<const Job*>& jobs);

  DecodingWindowOptions options_;
  DocumentTools tools_;
  DocumentMode mode_;
  int64_t window_, target_cap_;  // tokens; cap 0: none
  std::deque<Document> documents_;
  std::vector<DocumentReport> reports_;
  int64_t waiting_ = 0;
};

}  // namespace nmt::length_bias
