#include "data/document_split.h"

#include <unordered_map>

#include "nmt/support/error.h"
#include "nmt/support/random.h"

namespace nmt {

std::vector<SplitPart> split_documents(const std::vector<DocumentFacts>& documents,
                                       const SplitOptions& options) {
  std::unordered_map<uint64_t, size_t> first;  // document with each source
  std::vector<size_t> distinct;
  for (size_t i = 0; i < documents.size(); ++i)
    if (first.emplace(documents[i].fingerprint, i).second) distinct.push_back(i);
  if (options.dev + options.test >= static_cast<int64_t>(distinct.size()))
    throw UsageError(
        text("--dev ", options.dev, " and --test ", options.test,
             " leave nothing to train on: there are ", distinct.size(), " different documents"),
        "Ask for fewer, or name the format of the documents with --documents.");
  RandomStream random(hash_key(
      {static_cast<uint64_t>(options.seed), static_cast<uint64_t>(RandomPurpose::kSampling)}));
  random.shuffle(distinct);
  std::vector<SplitPart> chosen(documents.size(), SplitPart::kTrain);
  const auto test_end = static_cast<size_t>(options.test);
  const auto dev_end = static_cast<size_t>(options.test + options.dev);
  for (size_t i = 0; i < dev_end; ++i)
    chosen[distinct[i]] = i < test_end ? SplitPart::kTest : SplitPart::kDev;
  for (size_t i = 0; i < documents.size(); ++i) {
    const size_t original = first.at(documents[i].fingerprint);
    if (original != i && chosen[original] != SplitPart::kTrain) chosen[i] = SplitPart::kLeftOut;
  }
  return chosen;
}

}  // namespace nmt
