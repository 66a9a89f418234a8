#include "nmt/decoding/document_requests.h"

#include <utility>

#include "nmt/support/error.h"

namespace nmt {
namespace {

DocumentSentence sentence_of(const TranslationRequest& request) {
  const std::vector<int32_t>& source = request.tokens.source;
  if (source.empty()) return {};
  return {.source = {source.begin() + static_cast<std::ptrdiff_t>(request.source_head),
                     source.end() - static_cast<std::ptrdiff_t>(request.source_tail)}};
}

Translation translation_of(SentenceTranslation sentence) {
  Hypothesis hypothesis;
  hypothesis.tokens = std::move(sentence.tokens);
  hypothesis.log_prob = hypothesis.score = sentence.log_prob;
  hypothesis.forced_eos = sentence.forced_end ? 1 : 0;
  return {.hypotheses = {std::move(hypothesis)}};
}

}  // namespace

std::vector<Translation> DocumentRequestTranslator::translate(
    const std::vector<TranslationRequest>& requests) {
  std::vector<size_t> alone, together;
  for (size_t i = 0; i < requests.size(); ++i)
    (requests[i].tokens.document < 0 ? alone : together).push_back(i);
  std::vector<Translation> translations(requests.size());

  std::vector<TranslationRequest> sentences;
  sentences.reserve(alone.size());
  for (const size_t i : alone) sentences.push_back(requests[i]);
  std::vector<Translation> translated = sentences_->translate(sentences);
  for (size_t i = 0; i < alone.size(); ++i) translations[alone[i]] = std::move(translated[i]);
  if (together.empty()) return translations;

  const std::unique_ptr<DocumentTranslator> documents = make_documents_(sentences_);
  const auto language = [this](int64_t index) {
    return languages_.languages().at(static_cast<size_t>(index));
  };
  for (size_t n = 0; n < together.size(); ++n) {
    const TokenPair& tokens = requests[together[n]].tokens;
    const bool begins = n == 0 || requests[together[n - 1]].tokens.document != tokens.document;
    if (begins && n > 0) documents->end_document();
    if (begins)
      documents->begin_document(
          {.id = text(tokens.document),
           .direction = {language(tokens.source_language), language(tokens.target_language)},
           .key = static_cast<uint64_t>(tokens.document)});
    documents->add(sentence_of(requests[together[n]]));
  }
  documents->end_document();
  while (documents->step()) {
  }
  std::deque<SentenceTranslation> finished = documents->take();
  for (const size_t i : together) {
    translations[i] = translation_of(std::move(finished.front()));
    finished.pop_front();
  }
  return translations;
}

}  // namespace nmt
