#pragma once

#include <string>

#include "nmt/report/compared_systems.h"
#include "nmt/report/comparison.h"

namespace nmt::report {

/// A comparison as one HTML page that needs no other file and no network: the tables; training
/// curves of runs; and for each test set the first metric by length of the sentence, histograms of
/// differences of sentence-level chrF2, and the sentences that improved and worsened most. Readable
/// on telephones and in dark mode. `options` are those of the comparison.
std::string to_page(const Comparison& comparison, const ComparedSystems& compared,
                    const ComparisonOptions& options);

}  // namespace nmt::report
