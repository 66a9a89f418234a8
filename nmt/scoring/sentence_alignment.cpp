#include "nmt/scoring/sentence_alignment.h"

#include "nmt/scoring/resegmentation.h"
#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

/// `lines` as exactly `count` sentences (at least one).
std::vector<std::string> pad(std::span<const std::string> lines, size_t count) {
  std::vector<std::string> sentences(count);
  for (size_t i = 0; i < lines.size(); ++i) {
    std::string& sentence = sentences[std::min(i, count - 1)];
    if (!sentence.empty()) sentence += ' ';
    sentence += lines[i];
  }
  return sentences;
}

std::vector<size_t> documents_that_differ(const DocumentText& hypothesis,
                                          const DocumentText& reference) {
  std::vector<size_t> differing;
  for (size_t i = 0; i < reference.documents.size(); ++i)
    if (hypothesis.documents[i].size() != reference.documents[i].size()) differing.push_back(i);
  return differing;
}

[[noreturn]] void refuse(const DocumentText& hypothesis, const DocumentText& reference,
                         const std::vector<size_t>& differing) {
  const size_t first = differing.front();
  throw Error(
      FilePosition{hypothesis.name},
      text(differing.size(), " of ", reference.documents.size(),
           " documents do not have as many sentences as in ", reference.name,
           "; the first is document ", reference.ids[first], ": ",
           hypothesis.documents[first].size(), " instead of ", reference.documents[first].size()),
      "For sentence scores, say what to do: --align dp cuts these documents again by word "
      "edit distance, --align pad takes missing sentences as empty.");
}

}  // namespace

AlignedText align_sentences(const DocumentText& hypothesis, const DocumentText& reference,
                            Alignment alignment) {
  if (hypothesis.documents.size() != reference.documents.size()) {
    throw Error(text("there are ", hypothesis.documents.size(), " translated documents for ",
                     reference.documents.size(), " references"),
                "Give one of each for every document.");
  }
  AlignedText aligned;
  aligned.realigned = documents_that_differ(hypothesis, reference);
  if (alignment == Alignment::kNone && !aligned.realigned.empty())
    refuse(hypothesis, reference, aligned.realigned);
  aligned.sentences.reserve(reference.sentences.size());
  for (size_t i = 0; i < reference.documents.size(); ++i) {
    const auto lines = hypothesis.document(i);
    const auto references = reference.document(i);
    std::vector<std::string> sentences;
    if (lines.size() == references.size()) {
      sentences.assign(lines.begin(), lines.end());
    } else if (alignment == Alignment::kPad) {
      sentences = pad(lines, references.size());
    } else {
      sentences = resegment(lines, references);
    }
    aligned.sentences.insert(aligned.sentences.end(), std::make_move_iterator(sentences.begin()),
                             std::make_move_iterator(sentences.end()));
  }
  return aligned;
}

}  // namespace nmt::scoring
