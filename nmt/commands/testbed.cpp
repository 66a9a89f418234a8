// nmt testbed: writes the artificial corpus, and scores phenomena on its test sets.

#include "data/testbed/testbed.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>

#include "data/testbed/labels.h"
#include "nmt/commands/light_commands.h"
#include "nmt/options/option_table.h"
#include "nmt/scoring/line_reader.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

using testbed::TestbedCounts;
using testbed::TestbedOptions;

constexpr const char* kAbout =
    R"(usage: nmt testbed DIR [options]
       nmt testbed score --labels FILE --hyp FILE

Writes multi-way parallel text from a small grammar: documents with persisting people and things,
agreement, verb position, adjective order, pronouns whose translation depends on an earlier
sentence, multi-word units, two domains (home, tech), and directions without training text. Each
test set comes with labels, by which `nmt testbed score` counts how often translations have a
phenomenon right ("language": how many lines are in the target language at all). DIR/README.txt
explains the files.

  nmt testbed corpus                                  4 languages, about 40,000 lines
  nmt testbed corpus --languages en de --documents 500
  nmt testbed corpus --documents 1000 --chapters 4    long documents, of about 40 lines
  nmt testbed corpus --train_directions en-de de-fr   other directions are then zero-shot
  nmt testbed score --labels corpus/test.labels.de.jsonl --hyp out.de

)";

struct ScoreOptions {
  std::string labels;
  std::string hypotheses;
};

void declare(OptionTable& table, TestbedOptions& options) {
  table.add("folder", options.folder, "folder to write; made when missing")
      .hint("DIR")
      .positional(0)
      .command_line_only();
  table.add("seed", options.seed, "same seed, same bytes").at_least(0).hint("N");
  table.add("documents", options.documents, "training documents").at_least(1).hint("N");
  table.add("valid_documents", options.valid_documents, "validation documents")
      .at_least(1)
      .hint("N");
  table.add("test_documents", options.test_documents, "test documents").at_least(1).hint("N");
  table
      .add("chapters", options.chapters,
           "parts of a document, of about ten lines each, about the same people")
      .at_least(1)
      .hint("N");
  table.add("languages", options.languages, "languages to write").hint("CODE");
  table
      .add(
          "train_directions", options.train_directions,
          "directions that get training text in DIR/pairs; by default from the first language into "
          "each other one")
      .hint("SRC-TGT");
  table.add("grammar", options.grammar, "folder of another grammar; default: the built-in one")
      .hint("DIR");
}

void declare(OptionTable& table, ScoreOptions& options) {
  table.add("labels", options.labels, "labels that `nmt testbed DIR` wrote").hint("FILE");
  table.add("hyp", options.hypotheses, "translations of the flat test file, a line each")
      .hint("FILE");
}

bool asks_for_help(const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments)
    if (argument == "--help" || argument == "-h") return true;
  return false;
}

int run_testbed_score(const ScoreOptions& options) {
  if (options.labels.empty() || options.hypotheses.empty())
    throw UsageError("--labels and --hyp are both needed",
                     "nmt testbed score --labels corpus/test.labels.de.jsonl --hyp out.de");
  const auto labels = testbed::read_labels(options.labels);
  const std::vector<std::string> hypotheses = scoring::read_lines(options.hypotheses);
  // Every line has a label "language".
  const long lines = std::ranges::max(labels, {}, &testbed::Label::line).line;
  if (lines != std::ssize(hypotheses))
    throw Error(FilePosition{options.hypotheses},
                text("there are ", hypotheses.size(), " lines, but ", options.labels,
                     " has labels of ", lines),
                "Give one translation per line of the flat test file, in its order.");
  const auto table = testbed::score_phenomena(labels, hypotheses);
  std::printf("%-24s %9s %8s %8s\n", "phenomenon", "accuracy", "correct", "total");
  for (const auto& [name, accuracy] : table)
    std::printf("%-24s %8.1f%% %8ld %8ld\n", name.c_str(), accuracy.percent(), accuracy.correct,
                accuracy.total);
  return 0;
}

}  // namespace

int run_testbed(const std::vector<std::string>& arguments) {
  const bool score = !arguments.empty() && arguments[0] == "score";
  OptionTable table;
  TestbedOptions options;
  ScoreOptions score_options;
  score ? declare(table, score_options) : declare(table, options);
  if (asks_for_help(arguments)) {
    std::cout << kAbout << table.help();
    return 0;
  }
  table.read_command_line({arguments.begin() + (score ? 1 : 0), arguments.end()});
  table.apply();
  if (score) return run_testbed_score(score_options);
  const auto start = std::chrono::steady_clock::now();
  const TestbedCounts counts = testbed::write_testbed(options);
  const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
  log::info("wrote ", counts.train_lines, " training lines (", counts.distinct_train_lines,
            " distinct), ", counts.valid_lines, " validation and ", counts.test_lines,
            " test lines to ", options.folder, " in ", seconds.count(), " s");
  return 0;
}

}  // namespace nmt
