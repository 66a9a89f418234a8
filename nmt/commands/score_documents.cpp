// nmt score-documents REF HYP

#include <algorithm>
#include <functional>
#include <iostream>

#include "nmt/commands/light_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/scoring/document_report.h"
#include "nmt/scoring/named_metric.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

using scoring::DocumentFormat;
using scoring::DocumentSet;

DocumentSet read(const ScoreDocumentsArguments& arguments) {
  const scoring::DocumentFiles files{arguments.reference, arguments.hypothesis,
                                     arguments.more_references};
  if (!arguments.ids.empty()) return scoring::read_documents(files, arguments.ids);
  DocumentSet set = scoring::read_documents(files, arguments.documents);
  if (arguments.documents == DocumentFormat::kBlankLine && set.reference.documents.size() == 1)
    log::warning(arguments.reference, " has no blank line between texts: it is one document");
  return set;
}

std::vector<std::unique_ptr<scoring::Metric>> make_metrics(
    const ScoreDocumentsArguments& arguments) {
  std::vector<std::unique_ptr<scoring::Metric>> metrics;
  for (const std::string& name : arguments.metrics)
    metrics.push_back(
        scoring::make_named_metric(name, arguments.tokenize, arguments.tokenizer_model));
  return metrics;
}

/// The scorer would refuse them too, after its work and without a name for them.
void check_increasing(const std::string& option, const std::vector<int64_t>& numbers) {
  const auto fault = std::adjacent_find(numbers.begin(), numbers.end(), std::greater_equal<>());
  if (fault == numbers.end()) return;
  throw UsageError(text("--", option, " has ", *fault, " and then ", *(fault + 1)),
                   "Give increasing numbers.");
}

void check(const OptionTable& table, const ScoreDocumentsArguments& arguments) {
  check_metrics(arguments.metrics);
  if (!arguments.ids.empty() && table.find("documents")->is_set())
    throw UsageError("--ids and --documents are two ways to say the same", "Give one of them.");
  check_increasing("sentence_lengths", arguments.sentence_lengths);
  check_increasing("document_lengths", arguments.document_lengths);
  check_increasing("positions", arguments.positions);
}

std::vector<size_t> sizes(const std::vector<int64_t>& numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace

int run_score_documents(const std::vector<std::string>& words) {
  OptionTable table;
  ScoreDocumentsArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  check(table, arguments);
  const DocumentSet set = read(arguments);
  scoring::DocumentScoreOptions options{.alignment = arguments.align,
                                        .sentence_lengths = sizes(arguments.sentence_lengths),
                                        .document_lengths = sizes(arguments.document_lengths),
                                        .positions = sizes(arguments.positions)};
  if (!arguments.instances.empty())
    options.instances = scoring::read_instances(arguments.instances, set.reference);
  const scoring::DocumentScores scores =
      scoring::score_documents(set, make_metrics(arguments), options);
  std::cout << (arguments.json ? to_json(scores, set) : to_text(scores, set));
  return 0;
}

}  // namespace nmt
