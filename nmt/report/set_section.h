#pragma once

#include <string>

#include "nmt/report/compared_systems.h"
#include "nmt/report/comparison.h"

namespace nmt::report {

/// The part of the HTML page that looks into a test set: charts of scores by length and of
/// differences between sentences, and the sentences that differ most.
std::string set_section(const ComparedSystems& compared, const TestSet& set,
                        const ComparisonOptions& options);

}  // namespace nmt::report
