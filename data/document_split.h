#pragma once

#include <cstdint>
#include <vector>

#include "data/document_survey.h"

namespace nmt {

enum class SplitPart {
  kTrain,
  kDev,
  kTest,
  kLeftOut  // a copy of a document of dev or test
};

struct SplitOptions {
  int64_t dev = 10, test = 10;  // documents
  int64_t seed = 1;             // same seed, same choice; test does not depend on dev
};

/// Which part each document goes to. Dev and test are drawn without replacement from the documents
/// whose sources differ, so that they have no document in common with each other or with train.
/// Throws UsageError when nothing would be left to train on.
std::vector<SplitPart> split_documents(const std::vector<DocumentFacts>& documents,
                                       const SplitOptions& options);

}  // namespace nmt
