#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "data/languages.h"
#include "nmt/decoding/document_translator.h"
#include "nmt/decoding/translator.h"

namespace nmt {

/// Translates requests that name a document (TokenPair::document, 0 or more) in its context:
/// neighbouring requests of one document are its sentences, and have no forced beginnings beyond
/// tags. All other requests go to the sentence translator.
class DocumentRequestTranslator : public Translator {
 public:
  /// Receives the sentence translator, see DocumentTools::fallback.
  using MakeDocumentTranslator =
      std::function<std::unique_ptr<DocumentTranslator>(std::shared_ptr<Translator> sentences)>;
  DocumentRequestTranslator(std::shared_ptr<Translator> sentences,
                            MakeDocumentTranslator make_documents, Languages languages)
      : sentences_(std::move(sentences)),
        make_documents_(std::move(make_documents)),
        languages_(std::move(languages)) {}

  std::vector<Translation> translate(const std::vector<TranslationRequest>& requests) override;
  std::string document_decoding() const override { return make_documents_(sentences_)->name(); }

 private:
  std::shared_ptr<Translator> sentences_;
  MakeDocumentTranslator make_documents_;
  Languages languages_;
};

}  // namespace nmt
