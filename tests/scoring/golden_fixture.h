#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "nmt/scoring/metric.h"

// What the comparisons with fixtures of make_golden.py share.

namespace nmt::scoring::golden {

/// The fixture `name` in `folder`.
nlohmann::json read(const std::string& folder, const std::string& name);

/// A metric ("BLEU", "chrF", "TER") with options under sacreBLEU's names.
std::unique_ptr<Metric> make_metric(const std::string& name, const nlohmann::json& options);

}  // namespace nmt::scoring::golden
