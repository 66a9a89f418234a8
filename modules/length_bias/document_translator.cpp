#include "modules/length_bias/document_translator.h"

#include <algorithm>
#include <utility>

#include "nmt/decoding/batch_workers.h"
#include "nmt/support/error.h"
#include "nmt/support/random.h"

namespace nmt::length_bias {
namespace {

/// A hypothesis as its sentences, the last one ended by the EOS that Hypothesis leaves out.
std::vector<SentenceTranslation> split_sentences(const Hypothesis& hypothesis, int32_t eos) {
  std::vector<SentenceTranslation> sentences(1);
  for (size_t i = 0; i < hypothesis.token_log_probs.size(); ++i) {
    const bool last = i == hypothesis.tokens.size();
    sentences.back().log_prob += hypothesis.token_log_probs[i];
    if (last) break;
    if (hypothesis.tokens[i] == eos)
      sentences.emplace_back();
    else
      sentences.back().tokens.push_back(hypothesis.tokens[i]);
  }
  const auto forced =
      std::min<size_t>(static_cast<size_t>(hypothesis.forced_eos), sentences.size());
  for (size_t i = sentences.size() - forced; i < sentences.size(); ++i)
    sentences[i].forced_end = true;
  return sentences;
}

}  // namespace

WindowTranslator::WindowTranslator(const Options& options, DocumentTools tools)
    : options_(options.decoding),
      tools_(std::move(tools)),
      mode_(options.document_mode(tools_.method_on)) {
  const int64_t positions = tools_.search.models().max_positions();
  window_ = bounded() ? options.window_tokens(positions) : positions;
  target_cap_ = bounded() ? options.window_target_tokens(positions) : positions;
  const WindowLimits limits = this->limits();
  if (limits.source_tokens < 1 || limits.target_tokens <= limits.target_reserve)
    throw UsageError(text("windows of ", window_, " source and ", target_cap_,
                          " target tokens hold no sentence: tags and decode.max_len_b = ",
                          limits.target_reserve, " take all of it"),
                     "Raise sd.window and sd.max_target_tokens, or lower decode.max_len_b.");
}

std::string WindowTranslator::describe() const {
  const std::string tokens = text(window_, " source and ", target_cap_, " target tokens");
  switch (mode_) {
    case DocumentMode::kSliding:
      return text("sliding windows of ", tokens);
    case DocumentMode::kChunked:
      return text("windows without context, of ", tokens);
    case DocumentMode::kWhole:
      return text("whole documents, up to ", tokens);
    case DocumentMode::kSentences:
    case DocumentMode::kAuto:
      break;
  }
  return "sentence by sentence";
}

std::string WindowTranslator::name() const {
  if (!bounded()) return enum_name(mode_);
  std::string name = text(enum_name(mode_), window_);
  if (target_cap_ != window_) name += text("-target", target_cap_);
  if (options_.min_new_tokens > 0) name += text("-new", options_.min_new_tokens);
  if (options_.lookahead_sentences > 0) name += text("-ahead", options_.lookahead_sentences);
  return name;
}

WindowLimits WindowTranslator::limits() const {
  const bool sliding = mode_ == DocumentMode::kSliding;
  return {.source_tokens = window_ - tools_.encoder->source_extra(),
          .target_tokens = target_cap_ - tools_.encoder->target_extra(),
          .target_reserve = tools_.search.options().max_len_b,
          .sentences = mode_ == DocumentMode::kSentences ? 1 : 0,
          .context = sliding,
          .min_new_tokens = sliding ? options_.min_new_tokens : 0,
          .lookahead = sliding ? options_.lookahead_sentences : 0};
}

void WindowTranslator::begin_document(DocumentHeader header) {
  documents_.push_back({.report = {.id = std::move(header.id)},
                        .direction = std::move(header.direction),
                        .key = header.key,
                        .planner = WindowPlanner(limits())});
}

void WindowTranslator::add(DocumentSentence sentence) {
  Document& document = documents_.back();
  document.arrived.push_back(!sentence.source.empty());
  ++waiting_;
  const int64_t number = document.report.sentences++;
  if (sentence.source.empty()) return;
  document.planner.add_sentence(
      std::ssize(sentence.source) + 1,
      tools_.reference_context ? std::optional(std::ssize(sentence.reference) + 1) : std::nullopt);
  document.numbers.push_back(number);
  document.sources.push_back(std::move(sentence.source));
  document.references.push_back(std::move(sentence.reference));
}

void WindowTranslator::end_document() {
  documents_.back().planner.end_document();
  documents_.back().ended = true;
}

int64_t WindowTranslator::documents_in_work() const {
  return std::count_if(documents_.begin(), documents_.end(),
                       [](const Document& document) { return !document.planner.finished(); });
}

bool WindowTranslator::step() {
  std::vector<std::pair<Document*, Window>> windows;
  std::vector<Job> work;
  std::vector<size_t> ends;  // in `work`, of each window's jobs
  for (Document& document : documents_) {
    const std::optional<Window> window = document.planner.next();
    if (!window) continue;
    windows.emplace_back(&document, *window);
    for (Job& job : jobs(document, *window)) work.push_back(std::move(job));
    ends.push_back(work.size());
  }
  search(work);
  size_t first = 0;
  for (size_t i = 0; i < windows.size(); ++i) {
    std::vector<const Job*> own;
    for (; first < ends[i]; ++first) own.push_back(&work[first]);
    commit(*windows[i].first, windows[i].second, own);
  }
  return !windows.empty();
}

// With the reference as context the sentences of a window do not depend on each other.
std::vector<WindowTranslator::Job> WindowTranslator::jobs(const Document& document,
                                                          const Window& window) const {
  const int64_t done = window.begin + window.context;
  if (!tools_.reference_context)
    return {job(document, window, done, window.end, document.committed)};
  std::vector<Job> jobs;
  for (int64_t sentence = done; sentence < done + window.fresh; ++sentence)
    jobs.push_back(job(document, window, sentence, sentence + 1, document.references));
  return jobs;
}

// Translates sentences begin … end − 1 of the window; `context` has the translations before them.
WindowTranslator::Job WindowTranslator::job(const Document& document, const Window& window,
                                            int64_t begin, int64_t end,
                                            const std::deque<std::vector<int32_t>>& context) const {
  const PairEncoder& encoder = *tools_.encoder;
  std::vector<std::vector<int32_t>> before;
  for (int64_t i = window.begin; i < begin; ++i)
    before.push_back(context[static_cast<size_t>(i - document.first)]);
  Job job{.document = &document};
  job.pair = encoder.pair(sources(document, window), before, document.direction);
  job.key = hash_key({document.key, static_cast<uint64_t>(begin)});

  const DecodingOptions& options = tools_.search.options();
  const int64_t forced = std::ssize(job.pair.target);
  // A sentence beyond the window may have been cut.
  const int64_t source = window.oversize ? std::ssize(job.pair.source) - encoder.source_extra()
                                         : document.planner.source_tokens(begin, end);
  int64_t most =
      static_cast<int64_t>(options.max_len_a * static_cast<double>(source)) + options.max_len_b;
  if (options.max_len > 0) most = std::min(most, options.max_len * (end - begin));
  const int64_t room = window.oversize ? tools_.search.models().max_positions() : target_cap_;
  job.capped = room - 1 < forced + most;
  job.rule = {.sentences = end - window.begin,
              .max_length = std::min(forced + most, room - 1),
              .min_sentence_tokens = options_.min_sentence_tokens,
              .tags = encoder.target_extra()};
  return job;
}

std::vector<std::vector<int32_t>> WindowTranslator::sources(const Document& document,
                                                            const Window& window) const {
  std::vector<std::vector<int32_t>> sources;
  for (int64_t i = window.begin; i < window.end; ++i)
    sources.push_back(document.sources[static_cast<size_t>(i - document.first)]);
  const int64_t limit = limits().source_tokens, length = std::ssize(sources.front()) + 1;
  if (!window.oversize || options_.oversize == Oversize::kAlone) return sources;
  if (options_.oversize == Oversize::kError) {
    const std::string reason =
        length > limit ? text(length, " tokens are more than a window of ", limit)
                       : text("a translation of ", length, " tokens may need more than the ",
                              limits().target_tokens, " of a window");
    throw Error(text("document ", document.report.id, ", sentence ",
                     document.numbers[static_cast<size_t>(window.begin)] + 1, ": ", reason),
                "Raise sd.window and sd.max_target_tokens, or set sd.oversize: alone.");
  }
  if (length <= limit) return sources;
  sources.front().resize(static_cast<size_t>(limit - 1));
  return sources;
}

void WindowTranslator::search(std::vector<Job>& jobs) const {
  const int64_t positions = tools_.search.models().max_positions();
  const DecodingOptions& options = tools_.search.options();
  std::vector<size_t> fitting;
  std::vector<int64_t> lengths;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const int64_t length = std::ssize(jobs[i].pair.source);
    if (length > positions) {
      jobs[i].result = translate_in_parts(jobs[i]);
    } else {
      fitting.push_back(i);
      lengths.push_back(length);
    }
  }
  const auto members_of = length_batches(lengths, options.batch_tokens, options.batch_sentences);
  std::vector<SearchBatch> batches;
  for (const std::vector<size_t>& members : members_of) {
    SearchBatch& batch = batches.emplace_back();
    std::vector<TokenPair> pairs;
    for (const size_t member : members) {
      const Job& job = jobs[fitting[member]];
      pairs.push_back(job.pair);
      batch.prefixes.push_back(job.pair.target);
      batch.rules.push_back(job.rule);
      batch.keys.push_back(job.key);
    }
    batch.source = make_source_batch(pairs, tools_.search.tokens().pad);
    if (tools_.annotate) tools_.annotate(batch.source, pairs);
  }
  for_each_batch(tools_.search.models(), batches.size(), [&](size_t b) {
    std::vector<std::vector<Hypothesis>> found = tools_.search.run(std::move(batches[b]));
    for (size_t i = 0; i < found.size(); ++i)
      jobs[fitting[members_of[b][i]]].result = std::move(found[i].front());
  });
}

// A sentence beyond the encoder's positions: in parts, as the ordinary translator does it. The
// parts' ends are no sentence ends, so their probabilities are kept as one number.
Hypothesis WindowTranslator::translate_in_parts(const Job& job) const {
  TranslationRequest request{.tokens = job.pair};
  request.source_head = static_cast<size_t>(tools_.encoder->source_extra());
  request.tokens.target = tools_.encoder->target_prefix(job.document->direction);
  request.target_head = request.tokens.target.size();
  Hypothesis joined = tools_.fallback->translate({request}).front().hypotheses.front();
  joined.token_log_probs.assign(joined.tokens.size(), 0.0);
  joined.token_log_probs.push_back(joined.log_prob);
  return joined;
}

void WindowTranslator::commit(Document& document, const Window& window,
                              const std::vector<const Job*>& jobs) {
  const auto eos = static_cast<int32_t>(tools_.search.tokens().eos);
  const int64_t done = window.begin + window.context;
  DocumentWindow record{.begin = document.numbers[static_cast<size_t>(window.begin)],
                        .end = document.numbers[static_cast<size_t>(window.end - 1)] + 1,
                        .context = window.context,
                        .fresh = window.fresh,
                        .source_tokens = std::ssize(jobs.front()->pair.source),
                        .oversize = window.oversize};
  std::vector<SentenceTranslation> found;
  for (const Job* job : jobs) {
    record.target_tokens = std::max(
        record.target_tokens, std::ssize(job->pair.target) + std::ssize(job->result.tokens) + 1);
    record.target_cap |= job->capped;
    for (SentenceTranslation& sentence : split_sentences(job->result, eos))
      found.push_back(std::move(sentence));
  }
  // Looked-ahead sentences are translated again, and so are those behind one that the limit cut
  // short, itself included, unless the window has no other.
  found.resize(static_cast<size_t>(window.fresh));
  const auto cut =
      std::find_if(found.begin(), found.end(),
                   [](const SentenceTranslation& sentence) { return sentence.forced_end; });
  if (cut != found.end() && mode_ != DocumentMode::kWhole && !tools_.reference_context)
    found.erase(std::max(cut, found.begin() + 1), found.end());
  record.fresh = std::ssize(found);
  record.forced_eos =
      std::count_if(found.begin(), found.end(),
                    [](const SentenceTranslation& sentence) { return sentence.forced_end; });
  record.target_cap &= record.forced_eos > 0;

  std::vector<int64_t> lengths;
  for (int64_t i = 0; i < record.fresh; ++i) {
    SentenceTranslation& sentence = found[static_cast<size_t>(i)];
    document.report.log_prob += sentence.log_prob;
    const std::vector<int32_t>& context =
        tools_.reference_context
            ? document.references[static_cast<size_t>(done + i - document.first)]
            : sentence.tokens;
    lengths.push_back(std::ssize(context) + 1);
    document.committed.push_back(sentence.tokens);
    document.ready.push_back(std::move(sentence));
  }
  document.planner.commit(window, lengths);
  document.report.windows.push_back(record);
  const int64_t needed = mode_ == DocumentMode::kSliding ? window.begin : done + record.fresh;
  for (; document.first < needed; ++document.first) {
    document.sources.pop_front();
    document.references.pop_front();
    document.committed.pop_front();
  }
}

std::deque<SentenceTranslation> WindowTranslator::take() {
  std::deque<SentenceTranslation> taken;
  while (!documents_.empty()) {
    Document& document = documents_.front();
    while (!document.arrived.empty()) {
      const bool has_text = document.arrived.front();
      if (has_text && document.ready.empty()) break;
      taken.emplace_back();
      if (has_text) {
        taken.back() = std::move(document.ready.front());
        document.ready.pop_front();
      }
      document.arrived.pop_front();
      --waiting_;
    }
    if (!document.ended || !document.arrived.empty()) break;
    reports_.push_back(std::move(document.report));
    documents_.pop_front();
  }
  return taken;
}

std::vector<DocumentReport> WindowTranslator::take_reports() {
  return std::exchange(reports_, {});
}

}  // namespace nmt::length_bias
