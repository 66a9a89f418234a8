#pragma once

#include <string>
#include <vector>

#include "data/languages.h"
#include "nmt/run/recipe.h"
#include "nmt/scoring/documents.h"

namespace nmt {

/// One of data.test as raw text, whose lines are UTF-8 by data.invalid_utf8.
struct TestSet {
  std::string name;  // of its files and languages: data/test.{}.gz:en-de is called test.en-de
  Direction direction;
  std::vector<std::string> sources, references;
  std::vector<scoring::LineRange> documents;  // empty: the set has none
};

/// The recipe's test sets in its order; of `names`, with or without their languages, when there
/// are any. Throws UsageError when the recipe has no test set or none that is called so, when two
/// are called the same, and for a corpus that is not text; Error when one has no lines, or as
/// ParallelText does.
std::vector<TestSet> read_test_sets(const Recipe& recipe,
                                    const std::vector<std::string>& names = {});

}  // namespace nmt
