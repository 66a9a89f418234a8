#include "data/document_survey.h"

#include <charconv>

#include "nmt/support/checksum.h"

namespace nmt {
namespace {

int64_t count_words(std::string_view line) {
  constexpr const char* kSpace = " \t\r\f\v";
  int64_t words = 0;
  for (size_t at = line.find_first_not_of(kSpace); at != std::string_view::npos;
       at = line.find_first_not_of(kSpace, at)) {
    ++words;
    at = std::min(line.find_first_of(kSpace, at), line.size());
  }
  return words;
}

// The first 64 bits of a digest: enough to tell the documents of any corpus apart.
uint64_t first_bits(const std::string& digest) {
  uint64_t bits = 0;
  std::from_chars(digest.data(), digest.data() + 16, bits, 16);
  return bits;
}

}  // namespace

std::vector<DocumentFacts> survey_documents(ParallelText& text) {
  std::vector<DocumentFacts> documents;
  Sha256 hash;
  const auto close = [&] {
    if (!documents.empty()) documents.back().fingerprint = first_bits(hash.finish());
  };
  while (const std::optional<ParallelLine> pair = text.next()) {
    if (pair->begins_document || documents.empty()) {
      close();
      hash = Sha256();
      documents.emplace_back();
    }
    DocumentFacts& facts = documents.back();
    ++facts.sentences;
    facts.empty += is_blank(pair->source) || is_blank(pair->target);
    facts.words[0] += count_words(pair->source);
    facts.words[1] += count_words(pair->target);
    hash.update(pair->source);
    hash.update("\n");
  }
  close();
  return documents;
}

}  // namespace nmt
