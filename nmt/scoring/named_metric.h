#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nmt/scoring/metric.h"

namespace nmt::scoring {

/// What commands call the metrics. Needs no library, for whoever only declares options.
inline std::vector<std::string> named_metrics() {
  return {"bleu", "chrf", "chrf++", "ter"};
}

/// The metric that commands call `name`: bleu, chrf, chrf++ or ter, with sacreBLEU's defaults. For
/// BLEU, `tokenizer` and its model are as in BleuOptions; the others have none. Throws UsageError
/// for another name.
std::unique_ptr<Metric> make_named_metric(const std::string& name,
                                          const std::string& tokenizer = "13a",
                                          const std::string& tokenizer_model = "");

}  // namespace nmt::scoring
