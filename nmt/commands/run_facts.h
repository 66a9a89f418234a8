#pragma once

#include "nmt/report/run_page.h"
#include "nmt/run/recipe.h"
#include "nmt/training/run_folder.h"

// What `nmt inspect RUN --html` tells of a run besides its log.

namespace nmt {

/// From the recipe, the log and the newest checkpoint, where there is one.
report::RunFacts collect_facts(const RunFolder& folder, const Recipe& recipe,
                               const report::RunLog& log);

/// Looks into the stored training corpora, which are opened when a pair is first asked for. Finds
/// nothing, with a warning, when they are not there.
report::FindPair find_training_pairs(const RunFolder& folder, const Recipe& recipe);

}  // namespace nmt
