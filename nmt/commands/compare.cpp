// nmt compare RUN RUN... | --hyp FILE FILE... --ref FILE

#include <iostream>

#include "nmt/commands/light_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/report/comparison.h"
#include "nmt/report/page.h"
#include "nmt/report/tables.h"
#include "nmt/support/atomic_file.h"

namespace nmt {
namespace {

void check(const CompareArguments& arguments) {
  const bool files = !arguments.hypotheses.empty();
  if (files && !arguments.runs.empty())
    throw UsageError("both runs and --hyp are given", "Compare runs or files.");
  if (!files && (!arguments.reference.empty() || !arguments.source.empty()))
    throw UsageError("--ref and --src belong to --hyp", "Runs know their own test sets.");
  if (files && arguments.reference.empty())
    throw UsageError("--hyp needs --ref", "Name the file of the references.");
  if (files && !arguments.checkpoint.empty())
    throw UsageError("--checkpoint belongs to runs", "Leave it out.");
  if (arguments.runs.size() + arguments.hypotheses.size() < 2)
    throw UsageError("there are not two systems to compare",
                     "Give two run folders or more, or --hyp with two files or more.");
  check_metrics(arguments.metrics);
}

report::ComparedSystems read_systems(const CompareArguments& arguments) {
  if (!arguments.runs.empty())
    return report::read_compared_runs(arguments.runs, arguments.names, arguments.checkpoint);
  return report::read_compared_files({arguments.hypotheses, arguments.reference, arguments.source},
                                     arguments.names);
}

std::string print(const report::Comparison& comparison, const report::ComparedSystems& systems,
                  ComparisonFormat format) {
  switch (format) {
    case ComparisonFormat::kJson:
      return to_json(comparison, systems);
    case ComparisonFormat::kLatex:
      return to_latex(comparison, systems);
    case ComparisonFormat::kMarkdown:
      return to_markdown(comparison, systems);
    case ComparisonFormat::kText:
      break;
  }
  return to_text(comparison, systems);
}

}  // namespace

int run_compare(const std::vector<std::string>& words) {
  OptionTable table;
  CompareArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  check(arguments);
  const report::ComparedSystems systems = read_systems(arguments);
  const report::ComparisonOptions options{.metrics = arguments.metrics,
                                          .tokenizer = arguments.tokenize,
                                          .tokenizer_model = arguments.tokenizer_model,
                                          .test = arguments.test,
                                          .samples = static_cast<int>(arguments.samples)};
  const report::Comparison comparison = compare(systems, options);
  std::cout << print(comparison, systems, arguments.format);
  if (!arguments.html.empty()) write_file(arguments.html, to_page(comparison, systems, options));
  return 0;
}

}  // namespace nmt
