// nmt evaluate RUN

#include <iostream>
#include <map>
#include <memory>

#include "nmt/commands/arguments.h"
#include "nmt/commands/command.h"
#include "nmt/commands/engine_commands.h"
#include "nmt/commands/scoring_arguments.h"
#include "nmt/options/method_description.h"
#include "nmt/run/opened_models.h"
#include "nmt/run/test_sets.h"
#include "nmt/scoring/document_scores.h"
#include "nmt/scoring/named_metric.h"
#include "nmt/scoring/scoring.h"
#include "nmt/support/atomic_file.h"
#include "nmt/support/joined.h"
#include "nmt/support/log.h"
#include "nmt/training/evaluations.h"
#include "nmt/training/training_state.h"

namespace nmt {
namespace {

using Metrics = std::vector<std::unique_ptr<scoring::Metric>>;

// BLEU as is usual for the target language.
Metrics make_metrics(const std::vector<std::string>& names, const std::string& target_language) {
  Metrics metrics;
  metrics.reserve(names.size());
  for (const std::string& name : names) {
    metrics.push_back(
        scoring::make_named_metric(name, scoring::default_tokenizer(target_language)));
  }
  return metrics;
}

std::string as_file(const std::vector<std::string>& lines) {
  std::string file;
  for (const std::string& line : lines) file += line + "\n";
  return file;
}

// How is translated, as Evaluation::search keeps it.
std::map<std::string, std::string> describe_search(const OptionTable& table) {
  std::map<std::string, std::string> search;
  for (const auto& option : table.options()) {
    if (option->is_command_line_only()) continue;
    const std::string value = joined(option->value().get(), " ");
    const bool is_decoding = option->group() == "decode";
    const bool is_always_told = option->key() == "decode.beam" || option->key() == "decode.lenpen";
    if (is_always_told ||
        (is_decoding ? value != option->default_text() : option->origin() == "command line"))
      search[option->key()] = value;
  }
  return search;
}

// What is to be known before the translations are there.
Evaluation describe_evaluation(const TestSet& set, const EvaluateArguments& arguments,
                               const OpenedModels& opened, const OptionTable& table,
                               const Translator& translator) {
  const RunFolder& folder = opened.run.folder;
  const std::string place = folder.find_checkpoint(arguments.model.checkpoint);
  Evaluation evaluation{.set = set.name,
                        .checkpoint = arguments.model.checkpoint,
                        .update = read_state_file(place).state.update,
                        .models = arguments.model.models,
                        .search = describe_search(table),
                        .target_language = set.direction.target,
                        .lines = static_cast<int64_t>(set.sources.size()),
                        .sources = "sources." + set.name + ".txt",
                        .references = "references." + set.name + ".txt"};
  // Empty where sentences are translated without regard to documents.
  if (!set.documents.empty()) evaluation.documents = translator.document_decoding();
  evaluation.hypotheses = hypotheses_file(evaluation);
  return evaluation;
}

// Keeps the texts in the run folder, which `nmt compare` needs to be self-contained.
void save_texts(const RunFolder& folder, const Evaluation& evaluation, const TestSet& set,
                const std::vector<std::string>& hypotheses) {
  write_file(folder.file(evaluation.hypotheses), as_file(hypotheses));
  write_file(folder.file(evaluation.sources), as_file(set.sources));
  write_file(folder.file(evaluation.references), as_file(set.references));
}

std::vector<std::string> translate(const TestSet& set, const PairEncoder& encoder,
                                   Translator& translator) {
  std::vector<TranslationRequest> requests;
  requests.reserve(set.sources.size());
  for (size_t i = 0; i < set.sources.size(); ++i)
    requests.push_back(
        make_request(encoder, set.sources[i], "", set.direction, static_cast<int64_t>(i)));
  for (size_t d = 0; d < set.documents.size(); ++d)
    for (size_t i = set.documents[d].first; i < set.documents[d].last; ++i)
      requests[i].tokens.document = static_cast<int64_t>(d);
  std::vector<std::string> hypotheses;
  hypotheses.reserve(requests.size());
  for (const Translation& translation : translator.translate(requests))
    hypotheses.push_back(encoder.decode(translation.hypotheses.front().tokens));
  return hypotheses;
}

// Of the sentences and, in a set that has them, of the documents.
std::vector<scoring::Score> scores_of(const TestSet& set, const Metrics& metrics,
                                      const std::vector<std::string>& hypotheses) {
  std::vector<scoring::Score> scores;
  for (const auto& metric : metrics) scores.push_back(metric->corpus(hypotheses, set.references));
  if (set.documents.empty()) return scores;
  const std::vector<std::string> ids(set.documents.size());
  const scoring::DocumentSet documents{.reference = {set.name, set.references, set.documents, ids},
                                       .hypothesis = {set.name, hypotheses, set.documents, ids}};
  for (const auto& metric : scoring::score_documents(documents, metrics).metrics)
    scores.push_back(metric.documents);
  return scores;
}

// A run is evaluated by its own translator: the options of another method's would change nothing.
void refuse_options_without_effect(const OptionTable& table, const Recipe& recipe) {
  for (const MethodDescription& method : method_descriptions()) {
    if (recipe.has_method(method.name)) continue;
    if (const Option* option = given_decoding_option(method, table))
      throw UsageError(text("--", option->key(), " has no effect on a run without ", method.name),
                       "Leave it out. `nmt translate --documents` takes it with any run.");
  }
}

}  // namespace

int run_evaluate(const std::vector<std::string>& words) {
  const auto command = parse_run_command<EvaluateArguments>(*find_command("evaluate"), words);
  const EvaluateArguments& arguments = command.arguments;
  check_metrics(arguments.metrics);
  refuse_options_without_effect(command.table, command.recipe);
  const std::vector<TestSet> sets = read_test_sets(command.recipe, arguments.sets);
  // Before anything is translated: a tokenizer may be missing.
  std::vector<Metrics> metrics;
  for (const TestSet& set : sets)
    metrics.push_back(make_metrics(arguments.metrics, set.direction.target));
  const OpenedModels opened = open_models(arguments.model, command.recipe);
  const std::unique_ptr<Translator> translator =
      make_translator(opened.run, command.recipe, opened.models, command.recipe.decoding);
  for (size_t i = 0; i < sets.size(); ++i) {
    const TestSet& set = sets[i];
    Evaluation evaluation = describe_evaluation(set, arguments, opened, command.table, *translator);
    const std::vector<std::string> hypotheses = translate(set, *opened.run.encoder, *translator);
    save_texts(opened.run.folder, evaluation, set, hypotheses);
    for (const scoring::Score& score : scores_of(set, metrics[i], hypotheses)) {
      evaluation.scores.push_back(
          {score.name, score.value, score.signature.text(), to_line(score)});
      std::cout << set.name << '\t' << evaluation.scores.back().line << '\n';
    }
    std::cout.flush();
    save_evaluation(opened.run.folder, evaluation);
  }
  return 0;
}

}  // namespace nmt
