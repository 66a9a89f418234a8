#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nmt/scoring/argument_parser.h"
#include "nmt/scoring/metric.h"

// The options of `nmt score` and what they mean for the metrics. Names, defaults and order are
// sacreBLEU's. Two options are not: their names must leave its own ones their unique beginnings.

namespace nmt::scoring {

const std::vector<ArgumentOption>& score_options();

/// The options after which nothing else matters: --help and --version.
const std::vector<std::string>& immediate_score_options();

enum class Level { kCorpus, kSentence };

/// The metric that -m calls `name` (bleu, chrf, ter), with the options given for it.
/// `target_language` may be empty. Throws UsageError for a model that BLEU's tokenizer does not
/// use.
std::unique_ptr<Metric> make_metric(const std::string& name, const ParsedArguments& arguments,
                                    Level level, const std::string& target_language);

}  // namespace nmt::scoring
