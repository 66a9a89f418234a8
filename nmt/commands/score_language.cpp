// nmt score-language --directions SRC-TGT … --hyp FILE …

#include <iostream>
#include <optional>

#include "data/languages.h"
#include "nmt/commands/light_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/scoring/bleu.h"
#include "nmt/scoring/line_reader.h"
#include "nmt/scoring/off_target_report.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/log.h"

namespace nmt {
namespace {

using scoring::DirectionOffTarget;
using scoring::LanguageIdentifier;
using scoring::OffTargetReport;
using scoring::Score;
using Lines = std::vector<std::string>;

constexpr double kTrustedAccuracy = 95;  // percent

void check_counts(const ScoreLanguageArguments& arguments) {
  const auto check = [&arguments](const Lines& files, const std::string& option) {
    if (files.size() == arguments.directions.size()) return;
    throw UsageError(text("--", option, " has ", files.size(), " files for ",
                          arguments.directions.size(), " directions"),
                     "Give one file for each direction, in the same order.");
  };
  check(arguments.hypotheses, "hyp");
  if (!arguments.references.empty()) check(arguments.references, "ref");
  if (!arguments.sources.empty()) check(arguments.sources, "src");
}

/// The lines of the file of a direction; nothing when no files are given.
std::optional<Lines> read_side(const Lines& files, size_t direction) {
  if (files.empty()) return std::nullopt;
  return scoring::read_lines(files[direction]);
}

Score score_on_target(const OffTargetReport& report, const Lines& hypotheses,
                      const Lines& references, const scoring::Bleu& bleu) {
  Lines kept_hypotheses;
  Lines kept_references;
  for (size_t i = 0; i < hypotheses.size(); ++i) {
    if (report.lines()[i].verdict != scoring::Verdict::kOnTarget) continue;
    kept_hypotheses.push_back(hypotheses[i]);
    kept_references.push_back(references[i]);
  }
  return bleu.corpus(kept_hypotheses, kept_references);
}

void warn_if_untrustworthy(const std::string& direction, const OffTargetReport& report,
                           const LanguageIdentifier& identifier) {
  const auto accuracy = report.reference_accuracy();
  if (!accuracy || *accuracy >= kTrustedAccuracy) return;
  log::warning(direction, ": ", identifier.name(), " finds only ", *accuracy,
               " % of the references to be in their language; do not rely on this rate");
}

OffTargetReport find_off_target(const Direction& direction, const std::string& file,
                                const scoring::TranslatedSet& set,
                                const ScoreLanguageArguments& arguments,
                                const LanguageIdentifier& identifier) {
  try {
    OffTargetReport report = scoring::find_off_target(
        set, identifier, {.least_words = static_cast<size_t>(arguments.least_words)});
    warn_if_untrustworthy(to_string(direction), report, identifier);
    return report;
  } catch (const Error& error) {
    throw Error(FilePosition{file}, error.what());
  }
}

DirectionOffTarget judge(const ScoreLanguageArguments& arguments, size_t index,
                         const LanguageIdentifier& identifier) {
  const Direction direction = parse_direction(arguments.directions[index]);
  const std::string& file = arguments.hypotheses[index];
  const Lines hypotheses = scoring::read_lines(file);
  const std::optional<Lines> references = read_side(arguments.references, index);
  const std::optional<Lines> sources = read_side(arguments.sources, index);
  DirectionOffTarget result{
      to_string(direction),
      find_off_target(direction, file,
                      {direction.source, direction.target, hypotheses, references, sources},
                      arguments, identifier),
      {}};
  if (references && result.report.count(scoring::Verdict::kOnTarget) > 0) {
    const std::string tokenizer = arguments.tokenize.empty()
                                      ? scoring::default_tokenizer(direction.target)
                                      : arguments.tokenize;
    const scoring::Bleu bleu(
        {.tokenizer = tokenizer, .tokenizer_model = arguments.tokenizer_model});
    result.on_target_score = score_on_target(result.report, hypotheses, *references, bleu);
  }
  return result;
}

}  // namespace

int run_score_language(const std::vector<std::string>& words) {
  OptionTable table;
  ScoreLanguageArguments arguments;
  declare(table, arguments);
  table.read_command_line(words);
  table.apply();
  check_counts(arguments);
  const std::unique_ptr<LanguageIdentifier> identifier =
      arguments.fasttext.empty() ? scoring::make_cld2_identifier()
                                 : scoring::make_fasttext_identifier(arguments.fasttext);
  std::vector<DirectionOffTarget> directions;
  std::string verdicts;
  for (size_t i = 0; i < arguments.directions.size(); ++i) {
    directions.push_back(judge(arguments, i, *identifier));
    if (!arguments.verdicts.empty()) verdicts += list_verdicts(directions.back());
  }
  if (!arguments.verdicts.empty()) write_file(arguments.verdicts, verdicts);
  std::cout << (arguments.json ? to_json(directions, identifier->name())
                               : to_text(directions, identifier->name()));
  return 0;
}

}  // namespace nmt
