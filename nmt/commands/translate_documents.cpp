// nmt translate RUN --documents FORMAT < in > out

#include "nmt/commands/translate_documents.h"

#include <chrono>
#include <deque>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "data/document_text.h"
#include "data/read_ahead.h"
#include "nmt/commands/line_stream.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"
#include "nmt/support/progress.h"

namespace nmt {
namespace {

// Sentences read beyond those that are translated: bounds the memory, whatever the documents.
constexpr int64_t kMostWaiting = 20000;
constexpr size_t kGroup = 2000;  // lines taken at once

using Line = DocumentTextPair::Line;

// The input, with the reference beside it where the context is to come from them.
class Input {
 public:
  explicit Input(const TranslateArguments& arguments) {
    const std::string path = arguments.input.empty() ? "-" : arguments.input;
    if (arguments.reference.empty())
      text_.emplace(path, *arguments.documents, arguments.ids);
    else
      pair_.emplace(path, arguments.reference, *arguments.documents, arguments.ids);
  }

  std::optional<Line> next() {
    if (pair_) return pair_->next();
    std::optional<DocumentLine> line = text_->next();
    return line ? std::optional(Line{std::move(*line), {}}) : std::nullopt;
  }

  const DocumentText& documents() const { return pair_ ? pair_->source() : *text_; }

 private:
  std::optional<DocumentText> text_;
  std::optional<DocumentTextPair> pair_;
};

std::string to_json(const DocumentReport& report) {
  nlohmann::json windows = nlohmann::json::array();
  bool oversize = false, budget_hit = false, target_cap_hit = false;
  for (const DocumentWindow& window : report.windows) {
    oversize |= window.oversize;
    (window.target_cap ? target_cap_hit : budget_hit) |= window.forced_eos > 0;
    windows.push_back({{"begin", window.begin},
                       {"end", window.end},
                       {"context", window.context},
                       {"new", window.fresh},
                       {"source_tokens", window.source_tokens},
                       {"target_tokens", window.target_tokens},
                       {"forced_eos", window.forced_eos},
                       {"oversize", window.oversize}});
  }
  return nlohmann::json{
      {"id", report.id},      {"sentences", report.sentences}, {"log_prob", report.log_prob},
      {"oversize", oversize}, {"budget_hit", budget_hit},      {"target_cap_hit", target_cap_hit},
      {"windows", windows}}
      .dump();
}

// Hands lines to the translator and writes what it gives back, in the layout of the input.
class DocumentSession {
 public:
  DocumentSession(const TranslateArguments& arguments, const PairEncoder& encoder,
                  Direction direction, DocumentTranslator& translator)
      : encoder_(encoder),
        direction_(std::move(direction)),
        translator_(translator),
        output_(arguments.output) {
    if (!arguments.report.empty()) report_.emplace(arguments.report);
  }

  void add(Line line) {
    layout_.push_back({line.source.sentence, std::move(line.source.before)});
    if (!line.source.sentence || line.source.begins_document) end_document();
    if (!line.source.sentence) return;
    if (line.source.begins_document) begin_document(line.source.document_id);
    const Vocabularies& vocabularies = encoder_.vocabularies();
    translator_.add({.source = vocabularies.source->encode(line.source.text),
                     .reference = vocabularies.target->encode(line.reference)});
  }

  /// No sentence follows in the document that is open, if one is.
  void end_document() {
    if (open_) translator_.end_document();
    open_ = false;
  }

  void write_finished() {
    for (const SentenceTranslation& sentence : translator_.take()) {
      write_layout();
      tokens_ += static_cast<int64_t>(sentence.tokens.size()) + 1;
      cut_ += sentence.forced_end;
      ++sentences_;
      progress_.advance();
      output_.write(layout_.front().before + encoder_.decode(sentence.tokens));
      layout_.pop_front();
    }
    write_layout();
    output_.flush();
    for (const DocumentReport& report : translator_.take_reports()) {
      for (const DocumentWindow& window : report.windows) oversize_ += window.oversize;
      if (report_) report_->write(to_json(report) + "\n");
    }
  }

  void close() {
    progress_.finish();
    output_.close();
    if (report_) report_->commit();
  }

  void log_summary(double seconds) const {
    if (oversize_ > 0)
      log::warning(oversize_,
                   " sentences are longer than a window and were translated by themselves"
                   " (see --report and sd.oversize)");
    log::info(documents_, " documents, ", sentences_, " sentences, ",
              short_number(static_cast<double>(tokens_)), " tokens in ", short_duration(seconds),
              ", ", short_number(static_cast<double>(tokens_) / seconds), " target tokens/s",
              cut_ > 0 ? text("; ", cut_, " translations ended by the length limit") : "");
  }

 private:
  struct Layout {
    bool sentence;
    std::string before;
  };

  void begin_document(const std::string& id) {
    open_ = true;
    translator_.begin_document(
        {.id = id, .direction = direction_, .key = static_cast<uint64_t>(documents_)});
    ++documents_;
  }

  // The lines without a sentence that come next.
  void write_layout() {
    for (; !layout_.empty() && !layout_.front().sentence; layout_.pop_front())
      output_.write(layout_.front().before);
  }

  const PairEncoder& encoder_;
  Direction direction_;
  DocumentTranslator& translator_;
  LineSink output_;
  std::optional<AtomicFile> report_;
  std::deque<Layout> layout_;  // of the lines not written yet
  Progress progress_{"translating", 0, "sentences"};
  bool open_ = false;  // a document that has begun and may go on
  int64_t documents_ = 0, sentences_ = 0, tokens_ = 0, cut_ = 0, oversize_ = 0;
};

}  // namespace

void translate_documents(const TranslateArguments& arguments, const Recipe& recipe,
                         const OpenedModels& opened, const Direction& direction) {
  if (recipe.decoding.n_best > 1 || recipe.decoding.min_len > 0)
    throw UsageError("decode.n_best and decode.min_len are for sentences, not for --documents",
                     "sd.min_sentence_tokens is the shortest length of a document's sentences.");
  const auto translator = make_document_translator(
      opened.run, recipe, opened.models, recipe.decoding,
      arguments.reference.empty() ? DocumentContext::kTranslation : DocumentContext::kReference);
  log::info("documents: ", translator->describe());
  const auto input = std::make_shared<Input>(arguments);
  ReadAhead<Line> lines([input] { return input->next(); });
  DocumentSession session(arguments, *opened.run.encoder, direction, *translator);
  const auto start = std::chrono::steady_clock::now();
  // Enough documents to fill a batch are translated together, as far as their sentences have come.
  const auto has_room = [&] {
    return translator->documents_in_work() < recipe.decoding.batch_sentences &&
           translator->sentences_waiting() < kMostWaiting;
  };
  bool more = true, progress = false;
  while (more || progress) {
    // While there is something to translate only what has arrived is taken, else lines are awaited.
    while (more && (has_room() || !progress)) {
      std::vector<Line> group = progress ? lines.arrived(kGroup) : lines.next(kGroup);
      if (group.empty() && progress) break;
      more = !group.empty();
      progress = true;
      for (Line& line : group) session.add(std::move(line));
    }
    if (!more) session.end_document();
    progress = translator->step();
    session.write_finished();
  }
  session.close();
  if (!input->documents().has_marks() && input->documents().sentences() > 1)
    log::warning("no document boundary in the input: it was translated as one document");
  session.log_summary(
      std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace nmt
