#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "data/pair_encoder.h"
#include "nmt/decoding/search.h"
#include "nmt/decoding/translator.h"
#include "nmt/options/method_description.h"

// Documents in, documents out, sentence by sentence: what a method offers that translates sentences
// in the context of their document.

namespace nmt {

/// A document about to be handed over.
struct DocumentHeader {
  std::string id;  // for reports
  Direction direction;
  uint64_t key = 0;  // of sampling: the document's number in the input
};

/// One sentence of it, as pieces without tags and EOS; empty for an empty line, whose translation
/// is empty.
struct DocumentSentence {
  std::vector<int32_t> source;
  /// Where context is to be the reference translation instead of the document's own so far (which
  /// measures exposure bias); used when the translator was made for that.
  std::vector<int32_t> reference;
};

/// What one search was run on: sentences of the document, from 0, half-open.
struct DocumentWindow {
  int64_t begin = 0, end = 0;
  int64_t context = 0;  // the first so many were translated before
  int64_t fresh = 0;    // the next so many are kept
  int64_t source_tokens = 0, target_tokens = 0;
  int64_t forced_eos = 0;   // sentences kept whose end a limit forced
  bool target_cap = false;  // that limit was the window's target length, not decode.max_len_…
  bool oversize = false;    // a sentence longer than a window
};

/// How a document was translated.
struct DocumentReport {
  std::string id;
  int64_t sentences = 0;
  std::vector<DocumentWindow> windows;
  double log_prob = 0;  // natural log, of the tokens kept
};

/// A finished sentence.
struct SentenceTranslation {
  std::vector<int32_t> tokens;  // without EOS
  double log_prob = 0;          // its EOS included
  bool forced_end = false;      // the length limit ended it
};

/// Translates documents as their sentences arrive, several documents together. What comes out
/// depends on the documents only, not on when their sentences arrived or on which others they were
/// batched with, beyond floating-point noise.
class DocumentTranslator {
 public:
  virtual ~DocumentTranslator() = default;

  /// Sentences follow, until end_document().
  virtual void begin_document(DocumentHeader header) = 0;
  virtual void add(DocumentSentence sentence) = 0;
  virtual void end_document() = 0;

  /// Translates the next part of each document whose sentences suffice for one. False when none
  /// does: more sentences, or the ends of documents, must arrive first.
  virtual bool step() = 0;

  /// The sentences that are finished and whose predecessors have been taken, in the order in which
  /// all were added.
  virtual std::deque<SentenceTranslation> take() = 0;
  /// Reports of the documents of which every sentence has been taken since the last call.
  virtual std::vector<DocumentReport> take_reports() = 0;

  /// Documents that are not finished, and sentences not taken yet: whoever adds stops when there
  /// are many, so that memory does not grow with the input.
  virtual int64_t documents_in_work() const = 0;
  virtual int64_t sentences_waiting() const = 0;

  /// Which way of translating documents this is: a line for the log, and a name for files.
  virtual std::string describe() const = 0;
  virtual std::string name() const = 0;
};

/// What a document translator is made of.
struct DocumentTools {
  Search search;
  std::shared_ptr<const PairEncoder> encoder;
  SourceAnnotator annotate;              // of the run's methods; may be empty
  std::shared_ptr<Translator> fallback;  // for single sentences longer than the model's positions
  bool method_on = false;                // the run was trained with the method that makes it
  bool reference_context = false;        // see DocumentSentence::reference
};

/// Makes a method's document translator, for a run with or without the method.
using DocumentTranslatorFactory = std::function<std::unique_ptr<DocumentTranslator>(
    const MethodOptions& options, DocumentTools tools)>;

}  // namespace nmt
