#include "nmt/scoring/score_checks.h"

#include "nmt/support/error.h"

namespace nmt::scoring {
namespace {

void check_modes(const ParsedArguments& arguments, size_t systems, const ScoreMessages& messages) {
  const bool paired = asks_for_paired_test(arguments);
  if (arguments.has("--sentence-level")) {
    if (systems > 1) messages.fail({"Only one system can be evaluated in sentence-level mode."});
    if (arguments.has("--confidence") || paired)
      messages.fail({"Statistical tests are unavailable in sentence-level mode."});
  }
  if (paired && systems == 1)
    messages.fail({"Paired tests require multiple input systems given to --input (-i)."});
  if (systems > 1 && arguments.has("--confidence"))
    messages.fail({"Use paired tests (--paired) for multiple systems."});
}

void check_subsets(const ParsedArguments& arguments) {
  if (!arguments.has("--origlang") && !arguments.has("--subset")) return;
  throw Error("Filtering for --origlang or --subset needs a test (-t) and a language pair (-l).");
}

void check_lengths(const ScoredSystem& system, const ScoreInput& input,
                   const std::vector<std::string>& reference_files, const ScoreMessages& messages) {
  if (system.lines.empty()) {
    messages.fail(
        {"Test set None contains no sentence", text("'", system.name, "' has no lines.")});
  }
  for (size_t i = 0; i < input.references.size(); ++i) {
    const size_t lines = input.references[i].size();
    if (lines == system.lines.size()) continue;
    // Columns of one file are equally long: the first of them comes here.
    messages.fail({"System and reference streams have different lengths.",
                   text("'", system.name, "' has ", system.lines.size(), " lines, reference '",
                        reference_files[i], "' has ", lines,
                        ": line N of each must belong to the same segment.")});
  }
}

}  // namespace

std::vector<std::string> metric_names(const ParsedArguments& arguments) {
  return arguments.has("--metrics") ? arguments.all("--metrics") : std::vector<std::string>{"bleu"};
}

std::string target_language(const ParsedArguments& arguments) {
  const std::string pair = arguments.one("--language-pair", "");
  if (!arguments.has("--language-pair")) return "";
  const size_t dash = pair.find('-');
  if (dash == std::string::npos) {
    throw Error("'" + pair + "' is not a language pair", "Give source and target, as in -l en-de.");
  }
  return pair.substr(dash + 1, pair.find('-', dash + 1) - dash - 1);
}

void check_score_arguments(const ParsedArguments& arguments, const ScoreMessages& messages) {
  const std::string no_sets =
      "nmt score has no test sets of its own: give files of references, as in nmt score REF -i "
      "HYP.";
  if (arguments.has("--download") || arguments.has("--list")) messages.fail({no_sets});
  if (arguments.has("--sentence-level") && metric_names(arguments).size() > 1) {
    messages.fail({"Only one metric can be used in sentence-level mode."});
  }
  const int columns = arguments.integer("--num-refs", 1);
  const bool has_test_set = arguments.has("--test-set");
  if (arguments.has("--citation") && !has_test_set) messages.fail({"I need a test set (-t)."});
  if (columns != 1 && (has_test_set || arguments.positionals.size() > 1)) {
    messages.fail(
        {"The --num-refs argument allows you to provide any number of tab-delimited references "
         "in a single file.",
         "You can only use it with externally provided references, however (i.e., not with "
         "`-t`),",
         "and you cannot then provide multiple reference files."});
  }
  if (has_test_set)
    messages.fail({"Unknown test set '" + arguments.one("--test-set", "") + "'", no_sets});
  if (arguments.positionals.empty()) {
    messages.fail(
        {"If manual references given, make sure to provide them before the -i/--input argument "
         "to avoid confusion.",
         no_sets});
  }
  if (arguments.has("--echo"))
    messages.fail({"--echo requires a test set (--t) and a language pair (-l)"});
  target_language(arguments);
}

void check_score_input(const ParsedArguments& arguments, const ScoreInput& input,
                       const ScoreMessages& messages) {
  check_modes(arguments, input.systems.size(), messages);
  check_subsets(arguments);
  for (const ScoredSystem& system : input.systems)
    check_lengths(system, input, arguments.positionals, messages);
}

}  // namespace nmt::scoring
