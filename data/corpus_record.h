#pragma once

#include <memory>
#include <string>
#include <vector>

#include "data/corpus_spec.h"
#include "data/corpus_store.h"

// Which text something was begun with, so that it is not continued on other text.

namespace nmt {

/// Writes into `file`, as JSON, what tells the content of corpora: of their text and of their
/// stores.
void record_corpora(const std::string& file,
                    const std::vector<std::shared_ptr<const CorpusStore>>& corpora);

/// Throws Error with a remedy, naming the first file or store, when `corpora` do not have the
/// content that `file` tells of.
void check_recorded(const std::string& file, const std::vector<CorpusSpec>& corpora);

}  // namespace nmt
