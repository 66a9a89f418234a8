#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "nmt/report/run_page.h"

// The parts of a run's page.

namespace nmt::report {

/// Charts over updates of what is learnt and of what it costs; then the numbers as tables.
/// `metric`: see RunFacts.
std::string curves_section(const RunLog& log, const std::string& metric);

/// Updates that were skipped, and those that stand out from their neighbours.
std::string batches_section(const RunLog& log, const FindPair& find_pair);

/// Validation sentences with their translations over time.
std::string translations_section(const RunLog& log);

/// At most `most` of 0 … count - 1, evenly spread, the first and the last among them.
std::vector<size_t> spread(size_t count, size_t most);

/// A curve for a chart: at most `most` points or a few more, the lowest and the highest of each
/// stretch, so that outliers stay visible.
Curve thinned(const Curve& curve, size_t most);

/// Updates by how far their loss, or their gradient norm, exceeds the mean of their log line: at
/// most `most` of each kind, each update once. The first line's are left out when there are others:
/// there every loss falls fast.
std::vector<NotedUpdate> outstanding_updates(const std::vector<NotedUpdate>& worst, size_t most);

}  // namespace nmt::report
